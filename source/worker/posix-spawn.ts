import fs from 'node:fs';
import {createRequire} from 'node:module';
import os from 'node:os';
import process from 'node:process';
import {getSystemErrorMap} from 'node:util';
import type Koffi from 'koffi';
import type {StartProcess, StartRequest} from './start-process.js';

/**
The C library's `posix_spawn`. Node's own way copies the page tables of the whole worker for each process that it starts, which takes several times as long as all the rest; this one does not.

Undefined where the system is another than Linux, or its C library has not what is needed: then Node's own way is there.
*/
export const loadPosixSpawn = (): StartProcess | undefined => {
	if (process.platform !== 'linux') {
		return undefined;
	}

	try {
		return createPosixSpawn();
	} catch {
		return undefined;
	}
};

// See spawn.h; glibc and musl agree.
const signalDefaultsFlag = 0x04;
const signalMaskFlag = 0x08;
const sessionFlag = 0x80;
const groupFlag = 0x1_00;
// See wait.h.
const withoutWaiting = 1;
/** Koffi takes no more. */
const mostStarts = 4096;
/** More than any of the library's structures take. */
const structureBytes = 1024;

const createPosixSpawn = (): StartProcess => {
	const library = loadLibrary();
	const common = new Uint8Array(structureBytes);
	const allSignals = new Uint8Array(structureBytes);
	library.fillSignals(allSignals);
	library.initAttributes(common);
	// Node itself ignores some signals, which a program would inherit.
	library.setDefaults(common, allSignals);
	const flags = sessionFlag + signalMaskFlag + signalDefaultsFlag;
	library.setFlags(common, flags);
	const nothing = fs.openSync('/dev/null', 'r');
	const children = new Map<number, StartRequest['onExit']>();

	/** How often some process ended. */
	let deaths = 0;

	const reap = (): void => {
		const status: [number] = [0];
		for (const [pid, onExit] of children) {
			const found = library.wait(pid, status, withoutWaiting);
			if (found === 0) {
				continue;
			}

			children.delete(pid);
			onExit(found === pid ? signalOf(status[0]) : undefined);
		}
	};

	process.on('SIGCHLD', () => {
		deaths += 1;
		reap();
	});
	/** Starting it there costs nothing, while a process that enters a group by itself waits until all others have stood still for a moment: milliseconds, where the machine is idle. */
	const inGroup = (
		attributes: Uint8Array,
		cgroup: string | undefined,
	): Disposable => {
		if (cgroup === undefined || library.setGroup === undefined) {
			return {[Symbol.dispose]: () => undefined};
		}

		const descriptor = fs.openSync(cgroup, 'r');
		library.setFlags(attributes, flags + groupFlag);
		library.setGroup(attributes, descriptor);
		return {
			[Symbol.dispose]() {
				fs.closeSync(descriptor);
			},
		};
	};

	const start: StartProcess['start'] = async ({
		file,
		arguments: words,
		environment,
		cwd,
		output,
		error,
		third,
		cgroup,
		onExit,
	}) => {
		// Both are plain memory, which the other thread reads while this one may begin the next start.
		const attributes = new Uint8Array(common);
		using _group = inGroup(attributes, cgroup);
		const actions = new Uint8Array(structureBytes);
		const pid: [number] = [0];
		check(library.initActions(actions));
		try {
			check(library.duplicate(actions, nothing, 0));
			check(library.duplicate(actions, output, 1));
			check(library.duplicate(actions, error, 2));
			// The last: none of the others is 3 by then. One that is 3 already is kept open by it.
			check(library.duplicate(actions, third, 3));
			check(library.changeFolder(actions, cwd));
			const before = deaths;
			check(
				await library.spawn(
					pid,
					file,
					actions,
					attributes,
					[file, ...words, null],
					[
						...Object.entries(environment).map(
							([name, value]) => `${name}=${value}`,
						),
						null,
					],
				),
			);
			children.set(pid[0], onExit);
			// It may have been its own: nobody waited for it yet.
			if (deaths !== before) {
				setImmediate(reap);
			}
		} finally {
			library.destroyActions(actions);
			library.destroyAttributes(attributes);
		}

		return pid[0];
	};

	return {start, entersGroups: library.setGroup !== undefined};
};

type Text = string | null; // eslint-disable-line @typescript-eslint/no-restricted-types -- a C string may be absent

/** The functions of the C library; each gives 0 or the number of an error, except `wait`: 0, or the pid, or -1. */
type Library = {
	readonly fillSignals: (set: Uint8Array) => number;
	readonly initAttributes: (attributes: Uint8Array) => number;
	readonly setDefaults: (attributes: Uint8Array, set: Uint8Array) => number;
	readonly setFlags: (attributes: Uint8Array, flags: number) => number;
	/** Since glibc 2.39. */
	readonly setGroup:
		((attributes: Uint8Array, group: number) => number) | undefined;
	readonly initActions: (actions: Uint8Array) => number;
	readonly duplicate: (actions: Uint8Array, from: number, to: number) => number;
	readonly changeFolder: (actions: Uint8Array, folder: string) => number;
	readonly destroyActions: (actions: Uint8Array) => number;
	readonly destroyAttributes: (attributes: Uint8Array) => number;
	/** In another thread, so that this one goes on: the caller stands still until the new process executes its program. */
	readonly spawn: (
		...given: readonly [
			pid: [number],
			file: string,
			actions: Uint8Array,
			attributes: Uint8Array,
			argv: readonly Text[],
			envp: readonly Text[],
		]
	) => Promise<number>;
	readonly wait: (pid: number, status: [number], options: number) => number;
};

const loadLibrary = (): Library => {
	// Only a worker needs it, and it does without.
	const koffi = createRequire(import.meta.url)('koffi') as typeof Koffi;
	// Rather than the 256 that may wait at once: more begin only on a machine that takes hundreds of processes in one moment.
	koffi.config({max_async_calls: mostStarts});
	const library = koffi.load(null);
	const spawn = library.func(
		'int posix_spawn(_Out_ int *, const char *, void *, void *, const char **, const char **)',
	);
	return {
		setGroup: startsInGroups()
			? optional(() =>
					library.func('int posix_spawnattr_setcgroup_np(void *, int)'),
				)
			: undefined,
		fillSignals: library.func('int sigfillset(void *)'),
		initAttributes: library.func('int posix_spawnattr_init(void *)'),
		setDefaults: library.func(
			'int posix_spawnattr_setsigdefault(void *, void *)',
		),
		setFlags: library.func('int posix_spawnattr_setflags(void *, short)'),
		initActions: library.func('int posix_spawn_file_actions_init(void *)'),
		duplicate: library.func(
			'int posix_spawn_file_actions_adddup2(void *, int, int)',
		),
		changeFolder: library.func(
			'int posix_spawn_file_actions_addchdir_np(void *, const char *)',
		),
		destroyActions: library.func(
			'int posix_spawn_file_actions_destroy(void *)',
		),
		destroyAttributes: library.func('int posix_spawnattr_destroy(void *)'),
		spawn: async (...given) =>
			new Promise((resolve, reject) => {
				spawn.async(...given, (error: unknown, result: number) => {
					if (error === null) {
						resolve(result);
					} else {
						// eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- koffi's own
						reject(error);
					}
				});
			}),
		wait: library.func('int waitpid(int, _Out_ int *, int)'),
	};
};

/** Since Linux 5.7. */
const startsInGroups = (): boolean => {
	const [major = 0, minor = 0] = os.release().split('.', 2).map(Number);
	return major > 5 || (major === 5 && minor >= 7);
};

const optional = <Value>(find: () => Value): Value | undefined => {
	try {
		return find();
	} catch {
		return undefined;
	}
};

const check = (errorNumber: number): void => {
	if (errorNumber === 0) {
		return;
	}

	const [code = 'UNKNOWN', meaning = `error ${errorNumber}`] =
		getSystemErrorMap().get(-errorNumber) ?? [];
	throw Object.assign(
		new Error(`The process could not be started: ${meaning}.`),
		{code},
	);
};

/** See wait.h: the low seven bits are the signal's number. */
const signalOf = (status: number): NodeJS.Signals | undefined => {
	const number = status & 0x7f; // eslint-disable-line no-bitwise -- that is its format
	return Object.entries(os.constants.signals).find(
		([, value]) => value === number,
	)?.[0] as NodeJS.Signals | undefined;
};
