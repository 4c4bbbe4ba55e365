import {mkdtemp, rm} from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import {setTimeout as delay} from 'node:timers/promises';
import {startTmux} from '../../test/helpers/tmux.js'; // eslint-disable-line node-test/no-import-test-files -- it has no tests

/** A program in a terminal that can be looked at. */
export type Session = AsyncDisposable & {
	/** Keys, as tmux names them. */
	readonly press: (...keys: readonly string[]) => Promise<void>;
	readonly type: (text: string) => Promise<void>;
	/** The screen with its escape sequences, when its text fits. */
	readonly shows: (wanted: RegExp) => Promise<string>;
	/** The same as it is now. */
	readonly painted: () => Promise<string>;
};

const longestMs = 30_000;

export const openSession = async ({
	command,
	environment,
	columns,
	rows,
}: {
	readonly command: readonly string[];
	readonly environment: Readonly<Record<string, string>>;
	readonly columns: number;
	readonly rows: number;
}): Promise<Session> => {
	const folder = await mkdtemp(path.join(os.tmpdir(), 'lifeblood-tmux-'));
	const tmux = await startTmux({
		folder,
		settings: ['set -g default-terminal tmux-256color'],
		command,
		environment: {...environment, LANG: 'C.UTF-8'},
		columns,
		rows,
	});
	const painted = async (): Promise<string> => tmux('capture-pane', '-p', '-e');
	return {
		painted,
		async press(...keys) {
			await tmux('send-keys', ...keys);
		},
		async type(text) {
			await tmux('send-keys', '-l', '--', text);
		},
		async shows(wanted) {
			const from = performance.now();
			for (;;) {
				/* eslint-disable no-await-in-loop -- one look after the other */
				const text = await tmux('capture-pane', '-p');
				if (wanted.test(text)) {
					return painted();
				}

				if (performance.now() - from > longestMs) {
					throw new Error(
						`The screen does not show ${String(wanted)}:\n${text}`,
					);
				}

				await delay(50);
				/* eslint-enable no-await-in-loop */
			}
		},
		async [Symbol.asyncDispose]() {
			await tmux('kill-server').catch(() => undefined);
			await rm(folder, {recursive: true, force: true});
		},
	};
};
