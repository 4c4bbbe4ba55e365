import fs from 'node:fs';
import process from 'node:process';
import {setTimeout as delay} from 'node:timers/promises';
import {writtenCapabilities} from '../core/capabilities.js';
import type {Clock} from '../core/clock.js';
import {FarmError} from '../core/errors.js';
import type {Welcome} from '../net/connect.js';
import type {SchedulerPeer} from '../net/scheduler-methods.js';
import type {Tools} from './invocation.js';
import {createCgroups} from './cgroups.js';
import {startGuard, type Guard} from './guard.js';
import {createHindrance} from './hindrance.js';
import {createInvocations} from './invocations.js';
import {createJobCalls} from './job-calls.js';
import {createJobInterface} from './job-interface.js';
import {createMailboxes} from './mailboxes.js';
import {createMeasurer} from './measure.js';
import {createNotices} from './notices.js';
import {createProcessTable} from './process-table.js';
import {createProgramCache} from './program-cache.js';
import {createPulse} from './pulse.js';
import {readLog} from './read-log.js';
import {readMarks} from './read-marks.js';
import {createRecords} from './record.js';
import {createReports} from './reports.js';
import {createSchedulerLine} from './scheduler-line.js';
import {createScratchPool} from './scratch.js';
import {createSession, type Dial, type SchedulerRequest} from './session.js';
import {
	changeableOf,
	type ChangeableSettings,
	type WorkerSettings,
} from './settings.js';
import {findSharedLogs} from './shared-logs.js';
import {lockStateFolder, openStateFolder} from './state-folder.js';
import {createSpareFiles} from './spare-files.js';
import {createLogTrimmer} from './trim-log.js';
import {createSweeper} from './sweeper.js';
import {entersGroups} from './spawn-wrapped.js';
import {createTakenMessages} from './taken-messages.js';

export type Worker = {
	/** Runs until it is stopped, by `stop`, by the scheduler or after its one invocation. Rejects where it cannot begin. */
	readonly run: () => Promise<void>;
	/** `drain`: when the last process has finished; `now`: end them, and tell; `force`: kill them. Each goes further than the one before. */
	readonly stop: (how: 'drain' | 'now' | 'force') => void;
	/** From now on it offers something else. Resolves when its scheduler knows, if it is connected to one; else that is told with the next connection. */
	readonly change: (settings: ChangeableSettings) => Promise<void>;
	/** A sentence on the control groups of its processes, for whoever looks into it. */
	readonly cgroups: () => string;
	/** Resolves when the scheduler has registered this worker for the first time. */
	readonly ready: Promise<void>;
};

type WorkerOptions = {
	readonly settings: WorkerSettings;
	readonly dial: Dial;
	readonly clock: Clock;
	/** The command that ends what this worker leaves if it is killed and not started again within the grace time; undefined: nobody does. */
	readonly sweep?: readonly string[];
	/** A line for people. */
	readonly say: (text: string) => void;
};

/** Where no scheduler has said otherwise yet. */
const usualGraceSeconds = 60;
const usualKillGraceSeconds = 5;
/** How long a stopping worker waits for its last results and logs to be taken. */
const farewellMs = 5000;
const lookMs = 250;

/** A worker: runs the processes that its scheduler gives it, and loses none of them, whatever happens to the connection, to the scheduler or to itself. */
export const createWorker = ({
	settings: given,
	dial,
	clock,
	sweep,
	say,
}: WorkerOptions): Worker => {
	/** Those who have it see what is changed in it. */
	const settings = {...given};
	fs.mkdirSync(settings.state_folder, {recursive: true, mode: 0o700});
	const folder = openStateFolder(settings.state_folder, settings.name);
	const table = createProcessTable(folder.attributes);
	const stopping = new AbortController();
	const ready = Promise.withResolvers<void>();
	let mode: 'work' | 'drain' | 'now' | 'force' = 'work';
	let grace = settings.grace_s ?? usualGraceSeconds;
	let killGrace = settings.kill_grace_s ?? usualKillGraceSeconds;
	let sharedLogs: string | undefined;
	let graceTimer: NodeJS.Timeout | undefined;
	let guard: Guard | undefined;
	let guarding: Promise<void> | undefined;
	let isStarted = false;
	/** The scheduler, while we are registered with it: from then on every end is told as it comes, and those before are told then. */
	let online: SchedulerPeer | undefined;

	const tools: Tools = {
		clock,
		pulse: createPulse(lookMs),
		table,
		measurer: createMeasurer(table, clock),
		sweeper: createSweeper({table, clock, grace: () => killGrace}),
		cgroups: createCgroups({
			digest: folder.digest,
			use: () => settings.control_groups,
			entersGroups,
		}),
		folder,
		pool: createScratchPool(settings.scratch_folder),
		records: createRecords(folder),
		trimmer: createLogTrimmer(),
		spares: createSpareFiles(),
		logLimit: () => settings.log_limit_bytes,
		killGrace: () => killGrace,
		memoryLimit: () => settings.memory_limit,
	};

	const notices = createNotices((invocation) => {
		const {percent, status, measured, logBytes} = invocation.state();
		online?.notify('invocation.progress', {
			invocation: invocation.job.invocation,
			percent: percent ?? null,
			status: status ?? null,
			peak_memory_bytes: measured?.peak_memory_bytes ?? null,
			cpu_s: measured?.cpu_s ?? null,
			log_bytes: logBytes,
		});
	}, clock);

	const line = createSchedulerLine();
	const taken = createTakenMessages(folder.taken);
	const mailboxes = createMailboxes({
		taken,
		isHere: (invocation) => invocations.has(invocation),
	});
	const jobs = createJobInterface({
		portFile: folder.port,
		onCall: createJobCalls({
			line,
			paths: settings,
			mailboxes,
			onProgress(invocation, progress) {
				invocations.report(invocation, progress);
			},
		}),
		onClosed: mailboxes.close,
		say,
		clock,
	});

	const invocations = createInvocations({
		settings,
		tools,
		jobs,
		findProgram: createProgramCache(clock),
		sharedLogs: () => sharedLogs,
		onChange: notices.add,
		onEnded(end) {
			notices.remove(end.invocation);
			if (online !== undefined) {
				reports.tell(online, end);
			}
		},
	});

	const reports = createReports({
		invocations: () => invocations,
		trimmer: tools.trimmer,
		clock,
		onTaken() {
			if (settings.once) {
				stop('drain');
			}
		},
		say,
	});

	const hindrance = createHindrance({
		settings,
		folders: () => [
			folder.records,
			folder.attributes,
			sharedLogs ?? folder.logs,
		],
		onChange() {
			// One that is lost meanwhile is told when it is back.
			void (online && tellStatus(online).catch(() => undefined));
		},
		say,
	});

	const register = async (
		peer: SchedulerPeer,
		{database_id: farm}: Welcome,
	): Promise<void> => {
		const before = readText(folder.farm);
		if (before !== farm) {
			if (before !== undefined) {
				// Numbers of invocations mean something only within their farm.
				await invocations.abandon();
				taken.clear();
			}

			fs.writeFileSync(folder.farm, farm);
		}

		mailboxes.forgetExpected();
		await introduce(peer);
		online = peer;
		line.connected(peer);
		reports.tellAll(peer);
		hindrance.look();
		if (mode !== 'work' || hindrance.message() !== undefined) {
			await tellStatus(peer);
		}

		ready.resolve();
	};

	/** Nothing waits for it: a worker works without one, too. */
	const beginGuard = async (): Promise<void> => {
		try {
			guard =
				sweep &&
				(await startGuard({
					sweep,
					environment: settings.environment,
					grace,
					file: folder.guard,
					table,
				}));
			guard?.setGrace(grace);
		} catch (error) {
			say(
				`what this worker leaves, should it be killed, is ended by nobody: ${messageOf(error)}`,
			);
		}
	};

	/** Say who this worker is and what it offers, and take what the scheduler says to that. */
	const introduce = async (peer: SchedulerPeer): Promise<void> => {
		// The answers to what was just starting may be lost with the connection before this one.
		await invocations.whenStarted();
		const registered = await peer.request('worker.register', {
			name: settings.name,
			machine_id: settings.machine_id,
			host: settings.host,
			type: settings.type,
			groups: [...settings.groups],
			capabilities: writtenCapabilities(settings.capabilities),
			resources: settings.resources,
			resolver: settings.resolver.resolver,
			version: settings.version,
			once: settings.once,
			running: [...invocations.running()],
			unreported: invocations.unreported().map(({invocation}) => invocation),
		});
		clearTimeout(graceTimer);
		grace = settings.grace_s ?? registered.grace_s;
		guard?.setGrace(grace);
		killGrace = settings.kill_grace_s ?? registered.kill_grace_s;
		sharedLogs = findSharedLogs(registered.log_folder);
		for (const invocation of registered.end) {
			invocations.forget(invocation);
		}
	};

	const tellStatus = async (peer: SchedulerPeer): Promise<void> => {
		await peer.request('worker.status', {
			error: hindrance.message() ?? null,
			stopping: mode !== 'work',
		});
	};

	/** The scheduler gives up on us after the same time, and the tasks go on elsewhere. */
	const startGrace = (): void => {
		clearTimeout(graceTimer);
		graceTimer = setTimeout(() => {
			const count = invocations.count();
			if (count === 0) {
				return;
			}

			say(`no scheduler for ${grace} s: ending ${count} processes`);
			void invocations.endAll({kind: 'cancelled'});
		}, grace * 1000);
	};

	const onRequest = (request: SchedulerRequest): void => {
		switch (request.name) {
			case 'invocation.run': {
				if (mode === 'now' || mode === 'force') {
					request.reply({
						kind: 'unable',
						message: `The worker ${settings.name} is stopping.`,
					});
					return;
				}

				void invocations.run(request.params).then((answer) => {
					if (answer.kind === 'unable') {
						// First, so that it is not offered at once again.
						hindrance.found(answer.message);
					}

					request.reply(answer);
				});
				break;
			}

			case 'invocation.cancel': {
				const {invocation, forget, grace_s: within} = request.params;
				const known = invocations.cancel(invocation, {grace: within, forget});
				if (!known && forget) {
					invocations.forget(invocation);
				}

				request.reply({known});
				break;
			}

			case 'log.read': {
				const file = invocations.log(request.params.invocation);
				if (file === undefined) {
					request.reply({data: '', size: 0, known: false});
				} else {
					const {data, size} = readLog(file, request.params);
					request.reply({data: data.toString('base64'), size, known: true});
				}

				break;
			}

			case 'log.marks': {
				const file = invocations.log(request.params.invocation);
				request.reply(
					file === undefined
						? {since: 0, marks: [], marked: 0}
						: readMarks(file, request.params),
				);
				break;
			}

			case 'message.expect': {
				void mailboxes.expect(request.params).then((outcome) => {
					request.reply({outcome});
				});
				break;
			}

			case 'message.deliver': {
				void mailboxes.deliver(request.params).then((outcome) => {
					request.reply({outcome});
				});
				break;
			}

			case 'message.drop': {
				mailboxes.drop(request.params.to, request.params.message);
				request.reply({});
				break;
			}

			case 'worker.stop': {
				request.reply({});
				stop(request.params.drain ? 'drain' : 'now');
				break;
			}
		}
	};

	const session = createSession({
		dial,
		onRequest,
		register,
		onLost() {
			online = undefined;
			mailboxes.forgetExpected();
			startGrace();
		},
		say,
		clock,
	});

	const stop: Worker['stop'] = (how) => {
		const order = ['work', 'drain', 'now', 'force'] as const;
		if (order.indexOf(how) <= order.indexOf(mode)) {
			return;
		}

		mode = how;
		say(how === 'drain' ? 'stops when what runs has finished' : 'stopping');
		if (online !== undefined) {
			// Before anything ends: else it would be offered to us again. Where the connection ends first, that says the same.
			tellStatus(online).catch(() => undefined);
		}

		if (how === 'force') {
			invocations.killAll();
		}

		stopping.abort();
		onStop();
	};

	let onStop: () => void = () => undefined;

	/** Resolves when a worker that was told to stop has nothing left that runs. */
	const finishWork = async (): Promise<void> => {
		for (;;) {
			/* eslint-disable no-await-in-loop -- a stop may be made a harder one meanwhile */
			const harder = Promise.withResolvers<void>();
			onStop = harder.resolve;
			if (mode === 'drain') {
				if (
					await Promise.race([
						invocations.whenIdle().then(() => true),
						harder.promise.then(() => false),
					])
				) {
					await tools.sweeper.finish();
					return;
				}
			} else {
				await invocations.endAll({kind: 'cancelled'});
				return;
			}
			/* eslint-enable no-await-in-loop */
		}
	};

	return {
		ready: ready.promise,
		cgroups: tools.cgroups.describe,
		stop,
		async change(next) {
			Object.assign(settings, changeableOf(next));
			tools.measurer.hurry();
			if (online !== undefined) {
				await introduce(online);
			}
		},
		async run() {
			if (isStarted) {
				throw new FarmError('INTERNAL', 'A worker runs once.');
			}

			isStarted = true;
			const lock = await lockStateFolder(
				settings.state_folder,
				settings.name,
				clock,
			);
			const leaving = new AbortController();
			try {
				tools.cgroups.open();
				await invocations.recover();
				guarding = beginGuard();
				startGrace();
				const connection = session.run(leaving.signal);
				const stopped = Promise.withResolvers<void>();
				if (stopping.signal.aborted) {
					stopped.resolve();
				} else {
					stopping.signal.addEventListener('abort', () => {
						stopped.resolve();
					});
				}

				// The connection's loop ends by itself only where trying again is of no use. Even then nothing is left running.
				await Promise.race([
					stopped.promise,
					connection.catch(() => undefined),
				]);
				await finishWork();
				await reports.settle({
					withinMs: farewellMs,
					isOver: () => mode === 'force' || online === undefined,
				});
				// Whatever comes of it: the connection's end says the same, only less clearly.
				await online
					?.request('worker.leave', {}, {timeoutMs: farewellMs})
					.catch(() => undefined);

				leaving.abort();
				await session.close();
				await connection;
			} finally {
				leaving.abort();
				clearTimeout(graceTimer);
				notices.stop();
				tools.measurer.stop();
				await jobs.stop();
				await invocations.whenStarted();
				invocations.detach();
				tools.cgroups.close();
				await guarding;
				if (invocations.running().length === 0) {
					guard?.dismiss();
				}

				await tools.trimmer.finish();
				await lock.release();
			}
		},
	};
};

const readText = (file: string): string | undefined => {
	try {
		return fs.readFileSync(file, 'utf8');
	} catch {
		return undefined;
	}
};

const messageOf = (error: unknown): string =>
	error instanceof Error ? error.message : String(error);
