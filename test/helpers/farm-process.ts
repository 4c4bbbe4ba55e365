import {spawn, type ChildProcess} from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import {fileURLToPath} from 'node:url';
import type {ExecutionContext} from 'ava';
import {execa} from 'execa';
import {z} from 'zod';
import {systemClock} from '../../source/core/clock.js';
import {checkDatabase, type Fault} from '../../source/db/check.js';
import {openToRead} from '../../source/db/open.js';
import type {Address} from '../../source/net/address.js';
import {connect, type ConnectOptions} from '../../source/net/connect.js';
import {fromJoinCode, type FarmKey} from '../../source/net/key.js';
import {
	graphDocumentShape,
	type clientToScheduler,
} from '../../source/net/messages/client.js';
import type {ParamsInput, ResultOf} from '../../source/net/messages/method.js';
import type {
	InvocationShape,
	TaskShape,
	WorkerShape,
} from '../../source/net/messages/shapes.js';
import {writeLoopbackConfig} from './loopback-config.js';
import {program} from './program.js';
import {readAccount, type Run} from './run-account.js';
import {until} from './until.js';

type Methods = typeof clientToScheduler;
type Ask = <Name extends keyof Methods & string>(
	name: Name,
	params: ParamsInput<Methods, Name>,
) => Promise<ResultOf<Methods, Name>>;

export type End = {
	readonly code: number | null; // eslint-disable-line @typescript-eslint/no-restricted-types -- as Node has it
	readonly signal: NodeJS.Signals | null; // eslint-disable-line @typescript-eslint/no-restricted-types -- as Node has it
};

/** A scheduler or a worker that runs, or has run. */
export type Daemon = {
	readonly pid: number;
	/** All that it wrote. */
	readonly said: () => string;
	readonly hasEnded: () => boolean;
	readonly ended: Promise<End>;
	readonly signal: (signal: NodeJS.Signals) => void;
	/** Sends the signal, and waits for the end. */
	readonly end: (signal: NodeJS.Signals) => Promise<End>;
};

export type SchedulerDaemon = Daemon & {
	readonly server: Address;
	readonly ui: Address;
};

export type WorkerDaemon = Daemon & {readonly name: string};

export type Ran = {
	readonly exitCode: number | undefined;
	readonly stdout: string;
	readonly stderr: string;
};

/** A farm of real processes in a folder of its own, which nothing of this machine's other farms can meet. At the end everything of it is ended; then no process may be left, and its databases must be sound. */
export type FarmProcess = {
	readonly folder: string;
	/** What keeps its programs to this farm. */
	readonly environment: Readonly<Record<string, string>>;
	/** Where a job of `graph` notes what it does. */
	readonly accountFile: string;
	/** Resolves when it can be asked. */
	readonly scheduler: (options?: {
		readonly database?: string;
		readonly flags?: readonly string[];
	}) => Promise<SchedulerDaemon>;
	/** Resolves when the scheduler has it. */
	readonly worker: (options?: {
		readonly name?: string;
		readonly cpus?: number;
		readonly flags?: readonly string[];
		readonly environment?: Readonly<Record<string, string>>;
	}) => Promise<WorkerDaemon>;
	/** Starts `lifeblood WORDS` and does not wait for anything. */
	readonly start: (
		words: readonly string[],
		environment?: Readonly<Record<string, string>>,
	) => Daemon;
	/** Runs `lifeblood WORDS` to its end. */
	readonly cli: (
		words: readonly string[],
		options?: {
			readonly input?: string;
			readonly environment?: Readonly<Record<string, string>>;
		},
	) => Promise<Ran>;
	/** The exit status of `lifeblood WORDS`. */
	readonly status: (words: readonly string[]) => Promise<number | undefined>;
	/** What `lifeblood WORDS` prints; it must end well. */
	readonly printed: (words: readonly string[]) => Promise<string>;
	/** The JSON document that `lifeblood WORDS --json` prints; it must end well. */
	readonly json: (words: readonly string[]) => Promise<unknown>;
	/** Another connection to the scheduler that was started last. */
	readonly connect: (
		options?: Partial<ConnectOptions>,
	) => ReturnType<typeof connect>;
	readonly key: () => FarmKey;
	/** Asks the scheduler that was started last. */
	readonly ask: Ask;
	/** Lays this graph, and nothing else. */
	readonly graph: (
		nodes: Readonly<
			Record<
				string,
				{
					readonly type: string;
					readonly parameters?: Record<string, unknown>;
				}
			>
		>,
		connections?: readonly string[],
	) => Promise<void>;
	readonly submit: (
		node: string,
		more?: Omit<ParamsInput<Methods, 'task.submit'>, 'node'>,
	) => Promise<number>;
	/** Waits until they are at rest, with all that came of them; fails where that takes longer. */
	readonly rest: (
		ids: number | readonly number[],
		within?: number,
	) => Promise<ResultOf<Methods, 'task.wait'>>;
	readonly task: (id: number) => Promise<TaskShape>;
	readonly state: (id: number) => Promise<TaskShape['state']>;
	/** What its details say; empty where there are none. */
	readonly message: (id: number) => Promise<string>;
	readonly taskIn: (
		id: number,
		state: TaskShape['state'],
		within?: number,
	) => Promise<TaskShape>;
	readonly invocations: (id: number) => Promise<readonly InvocationShape[]>;
	readonly workerIn: (
		name: string,
		state: WorkerShape['state'],
		within?: number,
	) => Promise<WorkerShape>;
	/** The processes of jobs, as they told themselves. */
	readonly runs: () => readonly Run[];
	/** Waits until so many jobs have begun. */
	readonly begun: (count: number, within?: number) => Promise<readonly Run[]>;
	/** Lets jobs go on that wait for it. */
	readonly open: (gate: string) => void;
	/** Everything that runs and has this farm's mark, the farm's own programs among them, but for guards. */
	readonly marked: () => readonly number[];
	/** What watches over its workers, each the leader of a session. */
	readonly guards: () => readonly number[];
	/** What is wrong in its databases. */
	readonly faults: () => readonly Fault[];
};

export type FarmSettings = {
	/** Seconds. */
	readonly workerGrace?: number;
	readonly killGrace?: number;
	readonly avoid?: number;
	readonly attempts?: number;
	/** What its programs are, where it is not what is tested anyhow. */
	readonly run?: readonly [string, ...string[]];
};

const graphNodes = graphDocumentShape.shape.nodes;

const runtimeShape = z.object({
	server: z.object({host: z.string(), port: z.number()}),
	ui: z.object({host: z.string(), port: z.number()}),
});

export const createFarm = (
	t: ExecutionContext,
	{
		workerGrace = 30,
		killGrace = 0.5,
		avoid = 0.2,
		attempts = 3,
		run = program,
	}: FarmSettings = {},
): FarmProcess => {
	const folder = fs.realpathSync(
		fs.mkdtempSync(path.join(os.tmpdir(), 'lifeblood-farm-')),
	);
	const accountFile = path.join(folder, 'account');
	const gates = path.join(folder, 'gates');
	const config = path.join(folder, 'config');
	const state = path.join(folder, 'state');
	fs.mkdirSync(gates);
	fs.mkdirSync(path.join(folder, 'tmp'));
	fs.writeFileSync(accountFile, '');
	writeLoopbackConfig(
		config,
		`[scheduler.invocation]
worker_grace_s = ${workerGrace}
kill_grace_s = ${killGrace}
avoid_s = ${avoid}
attempts = ${attempts}
`,
	);
	const mark = `LIFEBLOOD_TEST_FARM=${folder}`;
	const usualEnvironment = {
		PATH: process.env['PATH'] ?? '',
		HOME: path.join(folder, 'home'),
		TMPDIR: path.join(folder, 'tmp'),
		LIFEBLOOD_CONFIG_LOCATION: config,
		XDG_STATE_HOME: state,
		XDG_DATA_HOME: path.join(folder, 'data'),
		LIFEBLOOD_TEST_FARM: folder,
		ACCOUNT: accountFile,
		GATES: gates,
		...(process.env['LIFEBLOOD_CI_RUN'] !== undefined && {
			LIFEBLOOD_CI_RUN: process.env['LIFEBLOOD_CI_RUN'],
		}),
	};
	const daemons: Daemon[] = [];
	const databases = new Set<string>();
	const peers: Array<{readonly close: () => void}> = [];
	let current: SchedulerDaemon | undefined;
	let asking:
		| {readonly of: SchedulerDaemon; readonly peer: ReturnType<typeof connect>}
		| undefined;

	const start: FarmProcess['start'] = (words, environment = {}) => {
		const daemon = runDaemon([...run, ...words], {
			...usualEnvironment,
			...environment,
		});
		daemons.push(daemon);
		return daemon;
	};

	const connectToCurrent: FarmProcess['connect'] = async (options) => {
		if (current === undefined) {
			throw new Error('No scheduler was started.');
		}

		const connected = await connect({
			address: current.server,
			key: farm.key(),
			hello: {role: 'client', version: 'test', name: 'test'},
			clock: systemClock,
			...options,
		});
		peers.push(connected.peer);
		return connected;
	};

	const marked = (): number[] =>
		processesWith(mark).filter((pid) => !isGuard(sessionOf(pid)));

	const guards = (): number[] =>
		processesWith(mark).filter((pid) => isGuard(pid));

	const faults = (): Fault[] =>
		[...databases]
			.filter((file) => fs.existsSync(file))
			.flatMap((file) => {
				const connection = openToRead(file);
				try {
					return [...checkDatabase(connection)];
				} finally {
					connection.close();
				}
			});

	const endAll = async (): Promise<void> => {
		for (const peer of peers) {
			peer.close();
		}

		// Workers first: they tell the scheduler how their processes ended.
		for (const daemon of daemons.toReversed()) {
			if (daemon.hasEnded()) {
				continue;
			}

			daemon.signal('SIGCONT');
			const patience = setTimeout(() => {
				daemon.signal('SIGKILL');
			}, 20_000);
			await daemon.end('SIGTERM'); // eslint-disable-line no-await-in-loop -- one after the other
			clearTimeout(patience);
		}
	};

	t.teardown(async () => {
		await endAll();
		// Workers that were killed have them still.
		const stray = guards();
		for (const pid of stray) {
			kill(-pid, 'SIGKILL');
		}

		// One that is dying is no guard any more by its name, and would be taken for something left.
		await until(
			() => (stray.some((pid) => isRunning(pid)) ? undefined : true),
			{
				what: 'the guards to be gone',
			},
		);

		// Looked at twice, since one that ends while it is looked at has no command line any more.
		const left = marked()
			.filter((pid) => marked().includes(pid))
			.map((pid) => `${pid} ${commandLine(pid)}`);
		for (const pid of marked()) {
			kill(pid, 'SIGKILL');
		}

		const wrong = faults();
		if (left.length > 0 || wrong.length > 0 || !t.passed) {
			t.log(daemons.map((daemon) => daemon.said()).join('\n----\n'));
		}

		fs.rmSync(folder, {recursive: true, force: true});
		if (left.length > 0) {
			throw new Error(`Processes were left running:\n${left.join('\n')}`);
		}

		if (wrong.length > 0) {
			throw new Error(
				`The database is not sound:\n${wrong.map(({message}) => message).join('\n')}`,
			);
		}
	});

	const farm: FarmProcess = {
		folder,
		environment: usualEnvironment,
		accountFile,
		start,
		marked,
		guards,
		faults,
		connect: connectToCurrent,
		async scheduler({
			database = path.join(folder, 'farm.db'),
			flags = [],
		} = {}) {
			databases.add(database);
			const daemon = start(['scheduler', '--db', database, ...flags]);
			const {server, ui} = await untilOrEnd(
				daemon,
				() => runtimeOf(state, daemon.pid),
				'the scheduler to be ready',
			);
			current = {...daemon, server, ui};
			return current;
		},
		async worker({name = 'one', cpus = 4, flags = [], environment} = {}) {
			const daemon = start(
				['worker', '--name', name, '--cpus', String(cpus), ...flags],
				environment,
			);
			await untilOrEnd(
				daemon,
				async () => {
					const {workers} = await farm.ask('worker.list', {});
					return workers.find(
						(worker) =>
							worker.name === name && ['idle', 'busy'].includes(worker.state),
					);
				},
				`the worker ${name} to be there`,
			);
			return {...daemon, name};
		},
		async cli(words, {input = '', environment = {}} = {}) {
			const {exitCode, stdout, stderr} = await execa(
				run[0],
				[...run.slice(1), ...words],
				{
					reject: false,
					extendEnv: false,
					env: {...usualEnvironment, ...environment},
					input,
					timeout: 60_000,
				},
			);
			return {exitCode, stdout, stderr};
		},
		async status(words) {
			const {exitCode} = await farm.cli(words);
			return exitCode;
		},
		async printed(words) {
			const {exitCode, stdout, stderr} = await farm.cli(words);
			if (exitCode !== 0) {
				throw new Error(
					`lifeblood ${words.join(' ')} ended with ${exitCode}: ${stderr}`,
				);
			}

			return stdout;
		},
		json: async (words) =>
			JSON.parse(await farm.printed([...words, '--json'])) as unknown,
		key() {
			const lines = fs
				.readFileSync(path.join(config, 'farm.key'), 'utf8')
				.split('\n');
			return fromJoinCode(lines.find((line) => !line.startsWith('#')) ?? '');
		},
		async ask(name, params) {
			if (current === undefined) {
				throw new Error('No scheduler was started.');
			}

			if (asking?.of !== current) {
				asking = {of: current, peer: connectToCurrent()};
			}

			const {peer} = await asking.peer;
			return peer.request(name, params);
		},
		async graph(nodes, connections = []) {
			const {faults: wrong} = await farm.ask('graph.apply', {
				document: {
					nodes: graphNodes.parse(nodes),
					connections: [...connections],
				},
				prune: true,
			});
			t.deepEqual(wrong, []);
		},
		async submit(node, more = {}) {
			const {id} = await farm.ask('task.submit', {node, ...more});
			return id;
		},
		async rest(ids, within = 30) {
			const result = await farm.ask('task.wait', {
				ids: [ids].flat(),
				timeout_s: within,
			});
			if (!result.at_rest) {
				const {tasks} = await farm.ask('task.list', {});
				throw new Error(
					`Not at rest after ${within} s: ${JSON.stringify(
						tasks.map(({id, node, state: at, state_details: details}) => ({
							id,
							node,
							at,
							details,
						})),
					)}`,
				);
			}

			return result;
		},
		task: async (id) => farm.ask('task.get', {id}),
		async state(id) {
			const {state: at} = await farm.task(id);
			return at;
		},
		async message(id) {
			const {state_details: details} = await farm.task(id);
			return details?.message ?? '';
		},
		taskIn: async (id, wanted, within = 20_000) =>
			until(
				async () => {
					const task = await farm.task(id);
					return task.state === wanted ? task : undefined;
				},
				{what: `task ${id} to be ${wanted}`, within},
			),
		async invocations(id) {
			const {invocations} = await farm.ask('task.invocations', {
				id,
			});
			return invocations;
		},
		workerIn: async (name, wanted, within = 20_000) =>
			until(
				async () => {
					const worker = await farm.ask('worker.get', {worker: name});
					return worker.state === wanted ? worker : undefined;
				},
				{what: `worker ${name} to be ${wanted}`, within},
			),
		runs: () => readAccount(accountFile),
		begun: async (count, within = 20_000) =>
			until(
				() => {
					const runs = readAccount(accountFile);
					return runs.length >= count ? runs : undefined;
				},
				{what: `${count} jobs to begin`, within},
			),
		open(gate) {
			fs.writeFileSync(path.join(gates, gate), '');
		},
	};
	return farm;
};

const runDaemon = (
	[file, ...words]: readonly [string, ...string[]],
	environment: Readonly<Record<string, string>>,
): Daemon => {
	const child: ChildProcess = spawn(file, words, {
		env: environment,
		stdio: ['ignore', 'pipe', 'pipe'],
	});
	const {pid} = child;
	if (pid === undefined) {
		throw new Error(`${file} could not be started.`);
	}

	let text = '';
	const hear = (chunk: unknown): void => {
		text += String(chunk);
	};

	child.stdout?.on('data', hear);
	child.stderr?.on('data', hear);

	let isOver = false;
	const ended = new Promise<End>((resolve) => {
		// Not `exit`: by then not all that it wrote has come.
		child.once('close', (code, signal) => {
			isOver = true;
			resolve({code, signal});
		});
	});
	const signal = (name: NodeJS.Signals): void => {
		if (!isOver) {
			kill(pid, name);
		}
	};

	return {
		pid,
		said: () => text,
		hasEnded: () => isOver,
		ended,
		signal,
		async end(name) {
			signal(name);
			return ended;
		},
	};
};

const untilOrEnd = async <T>(
	daemon: Daemon,
	look: () => T | undefined | Promise<T | undefined>,
	what: string,
): Promise<T> =>
	until(
		async () => {
			if (daemon.hasEnded()) {
				throw new Error(`It ended instead: ${daemon.said()}`);
			}

			return look();
		},
		// Where many start at once, beside much else, it takes most of it.
		{what: `${what}; it said: ${daemon.said()}`, within: 60_000},
	);

const runtimeOf = (
	state: string,
	pid: number,
): z.output<typeof runtimeShape> | undefined => {
	const folder = path.join(state, 'lifeblood', 'run');
	if (!fs.existsSync(folder)) {
		return undefined;
	}

	const file = fs
		.readdirSync(folder, {recursive: true, encoding: 'utf8'})
		.find((name) => path.basename(name) === `scheduler-${pid}.json`);
	return file === undefined
		? undefined
		: runtimeShape.parse(
				JSON.parse(fs.readFileSync(path.join(folder, file), 'utf8')),
			);
};

const processesWith = (mark: string): number[] =>
	fs
		.readdirSync('/proc')
		.filter((name) => /^\d+$/v.test(name))
		.map(Number)
		.filter((pid) => {
			try {
				return (
					isRunning(pid) &&
					fs
						.readFileSync(`/proc/${pid}/environ`, 'latin1')
						.split('\0')
						.includes(mark)
				);
			} catch {
				return false;
			}
		});

/** In the end it executes the command that it was made for. */
const isGuard = (pid: number): boolean =>
	/ lifeblood-guard | worker sweep --config-dir /v.test(commandLine(pid));

const sessionOf = (pid: number): number => {
	try {
		const stat = fs.readFileSync(`/proc/${pid}/stat`, 'latin1');
		return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ', 4)[3]);
	} catch {
		return 0;
	}
};

/** Whether a process with this number is there and not only a zombie. */
export const isRunning = (pid: number): boolean => {
	try {
		const stat = fs.readFileSync(`/proc/${pid}/stat`, 'latin1');
		return !['Z', 'X'].includes(
			stat.slice(stat.lastIndexOf(')') + 2).slice(0, 1),
		);
	} catch {
		return false;
	}
};

const commandLine = (pid: number): string => {
	try {
		return fs
			.readFileSync(`/proc/${pid}/cmdline`, 'latin1')
			.replaceAll('\0', ' ');
	} catch {
		return 'gone meanwhile';
	}
};

const kill = (pid: number, signal: NodeJS.Signals): void => {
	try {
		process.kill(pid, signal);
	} catch {
		// It has just ended.
	}
};
