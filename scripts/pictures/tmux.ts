import {mkdtemp, rm, writeFile} from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import {setTimeout as delay} from 'node:timers/promises';
import {execa} from 'execa';

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
	const configuration = path.join(folder, 'tmux.conf');
	await writeFile(
		configuration,
		[
			'set -g default-terminal tmux-256color',
			'set -s escape-time 0',
			'set -g status off',
			'',
		].join('\n'),
	);
	const tmux = async (...words: readonly string[]): Promise<string> => {
		const {stdout} = await execa(
			'tmux',
			['-S', path.join(folder, 'socket'), '-f', configuration, ...words],
			{
				extendEnv: false,
				env: {PATH: process.env['PATH'] ?? '', LC_ALL: 'C.UTF-8'},
			},
		);
		return stdout;
	};

	await tmux(
		'new-session',
		'-d',
		'-x',
		String(columns),
		'-y',
		String(rows),
		...Object.entries({...environment, LANG: 'C.UTF-8'}).flatMap(
			([name, value]) => ['-e', `${name}=${value}`],
		),
		...command,
	);

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
