import {execFile, spawn, type ChildProcess} from 'node:child_process';
import os from 'node:os';
import process from 'node:process';
import {setTimeout as delay} from 'node:timers/promises';
import type {Clock} from '../../core/clock.js';
import type {InvocationId} from '../../core/ids.js';
import {marker} from '../process-environment.js';
import type {ProcessTable} from '../process-table.js';
import {endTree} from '../process-tree.js';

type Question = {
	readonly program: string;
	readonly arguments: readonly string[];
	readonly environment: Readonly<Record<string, string>>;
	/** Milliseconds that it may take. */
	readonly limit: number;
	/** Ends it before that. */
	readonly signal: AbortSignal;
	/** What tells its processes from all others, wherever they go; see `createProcessTable`. */
	readonly mark: {readonly folder: string; readonly id: InvocationId};
	readonly table: ProcessTable;
	readonly clock: Clock;
};

export type Answer =
	| {readonly kind: 'said'; readonly text: string}
	/** Half a sentence that says why not. */
	| {readonly kind: 'silent'; readonly why: string};

/** No version is further down than this. */
const mostText = 65_536;
/** Milliseconds that the outputs of one that has ended are waited for. */
const afterExit = 500;
const longestEnd = 3000;

/** What a program says on both of its outputs. One that takes too long is ended, with every process that it has started; what it has said until then counts. */
export const askProgram = async ({
	program,
	arguments: parameters,
	environment,
	limit,
	signal,
	mark,
	table,
	clock,
}: Question): Promise<Answer> => {
	if (signal.aborted) {
		return {kind: 'silent', why: 'was not asked'};
	}

	const {DISPLAY: _display, WAYLAND_DISPLAY: _wayland, ...rest} = environment;
	const {promise, resolve} = Promise.withResolvers<Answer>();
	let child: ChildProcess;
	try {
		child = spawn(program, parameters, {
			// A process group of its own.
			detached: process.platform !== 'win32',
			stdio: ['ignore', 'pipe', 'pipe'],
			cwd: os.tmpdir(),
			// Without a display: one that does not understand the question must not open a window.
			env: {...rest, [marker]: `${mark.folder}/${mark.id}.json`},
			windowsHide: true,
		});
	} catch (error) {
		return {kind: 'silent', why: `cannot be run: ${messageOf(error)}`};
	}

	let text = '';
	const hear = (chunk: unknown): void => {
		text = `${text}${String(chunk)}`.slice(0, mostText);
	};

	child.stdout?.on('data', hear);
	child.stderr?.on('data', hear);
	child.once('error', (error) => {
		resolve({kind: 'silent', why: `cannot be run: ${error.message}`});
	});
	child.once('close', () => {
		resolve({kind: 'said', text});
	});
	let isCut = false;
	let exitTimer: NodeJS.Timeout | undefined;
	const cut = (why: string): void => {
		isCut = true;
		child.stdout?.destroy();
		child.stderr?.destroy();
		resolve(text === '' ? {kind: 'silent', why} : {kind: 'said', text});
	};

	const timer = setTimeout(
		cut,
		limit,
		`did not answer within ${limit / 1000} s`,
	);
	child.once('exit', () => {
		// What it leaves behind may hold its outputs open for ever.
		exitTimer = setTimeout(cut, afterExit, 'says nothing');
	});
	const onAbort = (): void => {
		cut('was not waited for');
	};

	signal.addEventListener('abort', onAbort);
	try {
		const answer = await promise;
		if (isCut && child.pid !== undefined) {
			// One that hangs in the kernel, as on a share that is gone, cannot be ended, and keeps nobody else waiting.
			await Promise.race([
				endAll({pid: child.pid, mark, table, clock}),
				delay(longestEnd, undefined, {ref: false}),
			]);
		}

		return answer;
	} finally {
		clearTimeout(timer);
		clearTimeout(exitTimer);
		signal.removeEventListener('abort', onAbort);
	}
};

const endAll = async ({
	pid,
	mark,
	table,
	clock,
}: Pick<Question, 'mark' | 'table' | 'clock'> & {
	readonly pid: number;
}): Promise<void> => {
	if (process.platform === 'win32') {
		await new Promise<void>((resolve) => {
			execFile('taskkill', ['/pid', String(pid), '/t', '/f'], () => {
				resolve();
			});
		});
		return;
	}

	await endTree({
		tree: {invocation: mark.id, group: pid},
		table,
		grace: () => 0,
		clock,
	});
};

const messageOf = (error: unknown): string =>
	error instanceof Error ? error.message : String(error);
