import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import type {ExecutionContext} from 'ava';
import {childOf} from './child-of.js';
import {isRunning, type FarmProcess} from './farm-process.js';
import {isExecutable, program} from './program.js';
import {startTmux} from './tmux.js';
import {until} from './until.js';

/** A program in a real terminal, with a robot before it. */
export type Terminal = {
	/** Presses keys, as tmux names them: `j`, `Enter`, `Escape`, `C-c`, `PageDown`. */
	readonly press: (...keys: readonly string[]) => Promise<void>;
	/** Types a text letter by letter. */
	readonly type: (text: string) => Promise<void>;
	/** Pastes it, as a terminal with bracketed paste does. */
	readonly paste: (text: string) => Promise<void>;
	/** What is on the screen, lines without their trailing spaces. */
	readonly screen: () => Promise<string>;
	/** With escape sequences, for colours. */
	readonly painted: () => Promise<string>;
	/** Waits until the screen fits, and gives it; fails with the screen as it was. */
	readonly shows: (
		wanted: RegExp | string | ((screen: string) => boolean),
		within?: number,
	) => Promise<string>;
	/** Waits until it no longer does. */
	readonly showsNo: (unwanted: RegExp | string) => Promise<string>;
	readonly resize: (columns: number, rows: number) => Promise<void>;
	/** What was copied last by the terminal's own clipboard sequence. */
	readonly clipboard: () => Promise<string>;
	/** Waits until the program has ended; its exit status. The screen is then what it left. */
	readonly ended: () => Promise<number>;
	/** Of the program, however it is run. */
	readonly pid: () => Promise<number>;
};

export type TerminalOptions = {
	readonly columns?: number;
	readonly rows?: number;
	readonly environment?: Readonly<Record<string, string>>;
};

/** Runs `lifeblood WORDS` of this farm in a terminal of its own. */
export const openTerminal = async (
	t: ExecutionContext,
	{
		farm,
		words,
		columns = 120,
		rows = 40,
		environment = {},
		command,
		run,
	}: {
		readonly farm: Pick<FarmProcess, 'environment'>;
		readonly words: readonly string[];
		/** Another program, such as a shell in which it is to be run. */
		readonly command?: readonly string[];
		/** What the program is, for Node.js, where it is not what is tested anyhow. */
		readonly run?: readonly [string, ...string[]];
	} & TerminalOptions,
): Promise<Terminal> => {
	const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'lifeblood-tmux-'));
	// Told by the program itself or by the shell that runs it: tmux 3.3 loses the status of one that ends just as its terminal is closed.
	const statusFile = path.join(folder, 'status');
	const isInShell =
		command !== undefined || (isExecutable && run === undefined);
	const noting = `import fs from 'node:fs'; process.on('exit', (status) => fs.writeFileSync(${JSON.stringify(statusFile)}, String(status)));`;
	const tmux = await startTmux({
		folder,
		settings: [
			'set -g default-terminal xterm-256color',
			'set -g set-clipboard on',
			'set -g remain-on-exit on',
		],
		environment: {...farm.environment, ...environment},
		columns,
		rows,
		command: [
			...(isInShell
				? [
						'sh',
						'-c',
						`"$@"; echo "$?" >'${statusFile}'`,
						'sh',
						...(command ?? [program[0]]),
					]
				: [
						(run ?? program)[0],
						`--import=data:text/javascript,${encodeURIComponent(noting)}`,
						...(run ?? program).slice(1),
					]),
			...words,
		],
	});
	const display = async (format: string): Promise<string> => {
		const shown = await tmux('display-message', '-p', format);
		return shown.trim();
	};

	const pid = async (): Promise<number> => {
		const shown = Number(await display('#{pane_pid}'));
		return isInShell ? childOf(shown) : shown;
	};

	const first = await pid();
	t.teardown(async () => {
		await tmux('kill-server').catch(() => undefined);
		await until(() => (isRunning(first) ? undefined : true), {
			what: 'the program in the terminal to end',
			within: 20_000,
		});
		fs.rmSync(folder, {recursive: true, force: true});
	});

	const screen: Terminal['screen'] = async () => tmux('capture-pane', '-p');
	const waitFor = async (
		isSeen: (shown: string) => boolean,
		what: string,
		// As long as `until` gives a busy machine.
		within = 20_000,
	): Promise<string> => {
		let last = '';
		try {
			return await until(
				async () => {
					last = await screen();
					return isSeen(last) ? last : undefined;
				},
				{what, within},
			);
		} catch (error) {
			throw new Error(`${String(error)}\nThe screen:\n${last}`, {cause: error});
		}
	};

	return {
		async press(...keys) {
			await tmux('send-keys', ...keys);
		},
		async type(text) {
			await tmux('send-keys', '-l', '--', text);
		},
		async paste(text) {
			await tmux('set-buffer', text);
			await tmux('paste-buffer', '-p');
		},
		screen,
		painted: async () => tmux('capture-pane', '-p', '-e'),
		shows: async (wanted, within) =>
			waitFor(
				(shown) =>
					typeof wanted === 'string'
						? shown.includes(wanted)
						: typeof wanted === 'function'
							? wanted(shown)
							: wanted.test(shown),
				`the screen to show ${String(wanted)}`,
				within,
			),
		showsNo: async (unwanted) =>
			waitFor(
				(shown) =>
					typeof unwanted === 'string'
						? !shown.includes(unwanted)
						: !unwanted.test(shown),
				`the screen to show ${String(unwanted)} no longer`,
			),
		async resize(toColumns, toRows) {
			await tmux(
				'resize-window',
				'-x',
				String(toColumns),
				'-y',
				String(toRows),
			);
		},
		clipboard: async () => tmux('show-buffer'),
		ended: async () =>
			until(
				async () => {
					// The pane is dead as soon as its terminal is closed, and the status is there a moment later; after a signal there is the signal only.
					const [isDead, status, signal] = (
						await display(
							'#{pane_dead},#{pane_dead_status},#{pane_dead_signal}',
						)
					).split(',', 3);
					if (isDead === '1' && fs.existsSync(statusFile)) {
						return Number(fs.readFileSync(statusFile, 'utf8'));
					}

					return isDead !== '1' || (status === '' && signal === '')
						? undefined
						: status === ''
							? 128 + Number(signal)
							: Number(status);
				},
				{what: 'the program to end', within: 20_000},
			),
		pid,
	};
};
