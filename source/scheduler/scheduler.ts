import {randomUUID} from 'node:crypto';
import {mkdirSync, rmSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import type {Clock} from '../core/clock.js';
import {FarmError} from '../core/errors.js';
import {invocationId, type WorkerId} from '../core/ids.js';
import type {Service} from '../core/service.js';
import {createCheckpoints} from '../db/checkpoints.js';
import type {FarmDatabase} from '../db/open.js';
import {prepareReads} from '../db/reads/prepare-reads.js';
import type {Connection, ConnectionHandlers} from '../net/greet.js';
import {createListener, type Listener, type Place} from '../net/listener.js';
import type {SchedulerCall} from '../net/scheduler-methods.js';
import type {KeySource} from '../net/secure.js';
import {formatAddress, type Address} from '../net/address.js';
import type {Registry} from '../nodes/registry.js';
import type {Sandbox} from '../sandbox/sandbox.js';
import {
	answerChange,
	isChangeCall,
	type ChangeContext,
} from './change-handlers.js';
import {answersKeptMs} from './journal.js';
import {createFairReads} from './fair-reads.js';
import {graphAnswer} from './graph-answer.js';
import {forgetAvoided} from './fleet.js';
import {createMessageExchange} from './message-exchange.js';
import {planFor} from './operations/graph.js';
import {workerGone} from './operations/workers.js';
import {takeUpRules} from './operations/notifications.js';
import {recoverAfterRestart} from './operations/recover.js';
import type {SchedulerSettings} from './turn-context.js';
import {refusalOf} from './refusal.js';
import {createTurnLoop, type TurnLoop} from './turn-loop.js';
import type {Measured} from './monitor/measured.js';
import type {Observer} from './monitor/observer.js';
import {createLogLedger} from './retention/log-ledger.js';
import {createRetention, type Removed} from './retention/retention.js';
import {createLogStore} from './views/log-store.js';
import type {ViewContext} from './views/view-context.js';
import {evaluateExpression} from './views/evaluate-expression.js';
import {listPresets} from './views/preset-list.js';
import {createViews} from './views/views.js';
import {createWaits} from './views/wait.js';
import {createWatches} from './watches/watches.js';
import {
	createWorkerSession,
	isWorkerCall,
	type WorkerSession,
} from './worker-session.js';

/** Jobs that set attributes in loops leave millions: a turn forgets no more than so many. */
const answersPerTurn = 2000;

export type SchedulerOptions = {
	readonly database: FarmDatabase;
	readonly registry: Registry;
	readonly sandbox: Sandbox;
	readonly settings: SchedulerSettings;
	readonly farm: string;
	readonly version: string;
	readonly pid: number;
	/** Where to listen: for workers and submitters, and for viewers. */
	readonly ports: readonly Place[];
	/** Undefined: no key, everyone may do everything. */
	readonly keys: KeySource;
	readonly rotateKeys: ChangeContext['rotateKeys'];
	/** Where presets are kept; once they are changed there, they are others in `settings`. */
	readonly presetFiles: ChangeContext['presetFiles'];
	/** Where the logs of invocations are. */
	readonly logFolder: string;
	readonly clock: Clock;
	/** News for these rules are in the outbox. */
	readonly onTold: (rules: ReadonlySet<string>) => void;
	readonly log: {
		readonly info: (message: string) => void;
		readonly warn: (message: string) => void;
		readonly error: (message: string, error?: unknown) => void;
	};
};

export type Scheduler = Service & {
	readonly addresses: () => readonly Address[];
	readonly loop: TurnLoop;
	/** For whoever watches it: what there is to look at, and a way to hear of every turn. */
	readonly measured: Measured;
	readonly observe: (observer: Observer) => void;
	/** Remove what is kept no longer now, and not only at the next look. */
	readonly removeOld: () => Promise<Removed>;
};

/** The scheduler: it serves one database to workers, viewers and clients until it is stopped. */
export const createScheduler = (options: SchedulerOptions): Scheduler => {
	const {database, registry, sandbox, settings, clock, log} = options;
	const startedAt = clock.now();
	const graceTimers = new Map<WorkerId, NodeJS.Timeout>();
	const sessions = new Map<Connection, WorkerSession>();
	const probe = createProbe(options.logFolder);
	let sweepTimer: NodeJS.Timeout | undefined;
	let listener: Listener | undefined;
	let observer: Observer | undefined;
	const checkpoints = createCheckpoints(database);

	const loop = createTurnLoop({
		database,
		registry,
		sandbox,
		settings,
		clock,
		onCommit(changes) {
			waits.onCommit(changes);
			exchange.onCommit(changes);
			watches.onCommit(changes);
			if (changes.told.size > 0) {
				options.onTold(changes.told);
			}

			retention.onCommit(changes);
			observer?.onCommit(changes);
			checkpoints.onCommit(clock.monotonic());
		},
		onTurn(milliseconds) {
			observer?.onTurn(milliseconds);
		},
		onDefect(error, what) {
			// The log writes the error's own words behind it.
			log.error(`Something went wrong (${what})`, error);
		},
		onRecovery() {
			log.info('The database can be written again.');
		},
	});

	const context: ViewContext = {
		reads: prepareReads(database.reader),
		books: () => loop.books,
		registry,
		clock,
		about: () => ({
			farm: options.farm,
			version: options.version,
			database: database.path,
			database_id: database.id,
			insecure: options.keys === undefined,
			startedAt,
			listening: (listener?.addresses() ?? []).map((address) =>
				formatAddress(address),
			),
			pid: options.pid,
		}),
	};
	const views = createViews(context);
	const waits = createWaits(context);
	const logs = createLogStore({
		folder: options.logFolder,
		context,
		askWorker: {
			read: async (worker, range) =>
				sessionOf(worker)?.peer.request('log.read', range),
			marks: async (worker, range) =>
				sessionOf(worker)?.peer.request('log.marks', range),
		},
	});
	const ledger = createLogLedger(options.logFolder);
	const retention = createRetention({
		submit: loop.submit,
		statements: loop.statements,
		settings,
		clock,
		logs,
		ledger,
		isLive: (invocation) => loop.books.fleet.live.has(invocationId(invocation)),
		log,
	});
	const watches = createWatches({context, logs, clock});
	const exchange = createMessageExchange({
		books: context.books,
		invocation: (id) => context.reads.invocations.get.get(id),
	});

	const sessionOf = (worker: WorkerId): WorkerSession | undefined =>
		sessions
			.values()
			.find((session) => session.id() === worker && !session.peer.isClosed());

	const fairReads = createFairReads({
		clock,
		turns: () => loop.turns().count,
	});

	const changeContext: ChangeContext = {
		submit: loop.submit,
		views: context,
		removeLogs: retention.removeLogs,
		rotateKeys: options.rotateKeys,
		presetFiles: options.presetFiles,
	};

	/** After the grace time the worker's work is given to others, unless it came back. */
	const startGrace = (worker: WorkerId): void => {
		clearTimeout(graceTimers.get(worker));
		const timer = setTimeout(() => {
			graceTimers.delete(worker);
			if (!loop.books.fleet.workers.get(worker)?.link) {
				loop
					.submit(workerGone(worker, {said: false}))
					.then((lost) => {
						if (lost > 0) {
							log.warn(
								`Worker ${worker} was lost with ${lost} invocations; their tasks go on elsewhere.`,
							);
						}
					})
					.catch(() => undefined);
			}
		}, settings.workerGraceS * 1000);
		graceTimers.set(worker, timer);
	};

	const registeredOf = (connection: Connection): WorkerId => {
		const worker = sessions.get(connection)?.id();
		if (worker === undefined) {
			throw new FarmError('CONFLICT', 'This worker has not registered yet.');
		}

		return worker;
	};

	const answer = async (
		connection: Connection,
		call: SchedulerCall,
	): Promise<void> => {
		if (isChangeCall(call)) {
			const trouble = loop.trouble();
			if (trouble) {
				throw trouble;
			}

			await answerChange(changeContext, connection, call);
			return;
		}

		if (isWorkerCall(call)) {
			const session = sessions.get(connection);
			if (!session) {
				throw new FarmError('REFUSED', 'Only workers may say this.');
			}

			await session.answer(call);
			return;
		}

		switch (call.name) {
			case 'task.wait': {
				call.reply(await waits.forTasks(call.params, connection.peer.closed));
				return;
			}

			case 'group.wait': {
				call.reply(await waits.forGroups(call.params, connection.peer.closed));
				return;
			}

			case 'log.read': {
				call.reply(await logs.read(call.params));
				return;
			}

			case 'log.marks': {
				call.reply(await logs.marks(call.params));
				return;
			}

			case 'log.append': {
				await logs.append(registeredOf(connection), call.params);
				call.reply({});
				return;
			}

			case 'log.mark': {
				await logs.mark(registeredOf(connection), call.params);
				call.reply({});
				return;
			}

			case 'graph.check': {
				const outcome = await loop.submit((turn) =>
					planFor(turn, call.params.document, call.params.prune),
				);
				call.reply(graphAnswer(outcome));
				return;
			}

			case 'watch': {
				call.reply(await watches.watch(connection.peer, call.params));
				return;
			}

			case 'watch.change': {
				call.reply(await watches.change(connection.peer, call.params));
				return;
			}

			case 'unwatch': {
				watches.unwatch(connection.peer, call.params);
				call.reply({});
				return;
			}

			case 'farm.info': {
				call.reply(views['farm.info']());
				return;
			}

			case 'task.list': {
				call.reply(await views['task.list'](call.params));
				return;
			}

			case 'task.get': {
				call.reply(views['task.get'](call.params));
				return;
			}

			case 'task.history': {
				call.reply(views['task.history'](call.params));
				return;
			}

			case 'task.explain': {
				call.reply(views['task.explain'](call.params));
				return;
			}

			case 'task.invocations': {
				call.reply(views['task.invocations'](call.params));
				return;
			}

			case 'group.list': {
				call.reply(await views['group.list'](call.params));
				return;
			}

			case 'group.get': {
				call.reply(views['group.get'](call.params));
				return;
			}

			case 'worker.list': {
				call.reply(views['worker.list']());
				return;
			}

			case 'worker.get': {
				call.reply(views['worker.get'](call.params));
				return;
			}

			case 'node.list': {
				call.reply(views['node.list']());
				return;
			}

			case 'node.get': {
				call.reply(views['node.get'](call.params));
				return;
			}

			case 'node.types': {
				call.reply(views['node.types'](call.params));
				return;
			}

			case 'node.evaluate': {
				call.reply(
					await evaluateExpression({context, sandbox, settings}, call.params),
				);
				return;
			}

			case 'preset.list': {
				call.reply(listPresets(settings, call.params));
				return;
			}

			case 'limit.list': {
				call.reply(views['limit.list']());
				return;
			}

			case 'journal.list': {
				call.reply(views['journal.list'](call.params));
				return;
			}

			case 'graph.export': {
				call.reply(views['graph.export'](call.params));
			}
		}
	};

	const refuse = (call: SchedulerCall, error: unknown): void => {
		const refusal = refusalOf(error, options.logFolder);
		call.refuse(refusal);
		if (refusal.code === 'INTERNAL') {
			log.error(`Something went wrong (${call.name})`, error);
		}
	};

	const accept = (connection: Connection): ConnectionHandlers => {
		if (connection.role === 'worker' && connection.access !== 'change') {
			throw new FarmError(
				'REFUSED',
				"A worker needs the farm's full key; this one has the view-only key.",
			);
		}

		if (connection.role === 'worker') {
			const session = createWorkerSession({
				connection,
				submit: loop.submit,
				clock,
				settings,
				exchange,
				logFolder: () => probe.offer,
				onLost: startGrace,
			});
			sessions.set(connection, session);
		}

		void connection.peer.closed.then(() => {
			sessions.delete(connection);
			watches.drop(connection.peer);
		});
		return {
			onRequest(call) {
				const start = async (): Promise<void> => {
					try {
						await answer(connection, call);
					} catch (error) {
						refuse(call, error);
					}
				};

				if (isChangeCall(call) || isWorkerCall(call)) {
					void start();
				} else {
					fairReads.enter(connection.peer, {
						isWait: call.name === 'task.wait' || call.name === 'group.wait',
						start,
					});
				}
			},
			onNotice({params}) {
				const worker = sessions.get(connection)?.id();
				const live = loop.books.fleet.live.get(params.invocation);
				if (!live || live.worker !== worker) {
					return;
				}

				live.progress = params.percent ?? live.progress;
				live.status = params.status ?? live.status;
				live.peakMemory = params.peak_memory_bytes ?? live.peakMemory;
				live.cpu = params.cpu_s ?? live.cpu;
				live.logBytes = params.log_bytes;
				watches.onProgress(live.id);
			},
		};
	};

	/** What is only kept for a while goes, now and then and never while nothing happens. */
	const sweep = async (): Promise<void> => {
		const before = clock.now() - answersKeptMs;
		let forgotten: number;
		do {
			// eslint-disable-next-line no-await-in-loop -- others have their turn in between
			forgotten = await loop.submit(
				({statements}) =>
					statements.farm.forgetAnswersBefore.run(before, answersPerTurn)
						.changes,
			);
		} while (forgotten === answersPerTurn);

		await loop.submit(({desk, books, statements}) => {
			statements.invocations.forgetAvoidedBefore.run(desk.now());
			forgetAvoided(books.fleet, desk.now());
		});
	};

	return {
		loop,
		measured: {
			context,
			loop,
			connectionCount: () => listener?.connectionCount() ?? 0,
			logBytes: ledger.bytes,
		},
		observe(other) {
			observer = other;
		},
		async removeOld() {
			await sweep();
			return retention.sweep();
		},
		addresses: () => listener?.addresses() ?? [],
		async start(signal) {
			listener = createListener({
				ports: options.ports,
				keys: options.keys,
				identity: () => ({
					farm: options.farm,
					databaseId: database.id,
					version: options.version,
				}),
				accept,
				onTrouble: log.warn,
				clock,
			});
			probe.write();
			await loop.submit(takeUpRules());
			await loop.submit(recoverAfterRestart());
			for (const worker of loop.books.fleet.workers.values()) {
				if (worker.invocations.size > 0) {
					startGrace(worker.row.id);
				}
			}

			await listener.start(signal);
			sweepTimer = setInterval(() => {
				sweep().catch(() => undefined);
			}, answersKeptMs);
			sweepTimer.unref();
			retention.start();
		},
		async stop() {
			clearInterval(sweepTimer);
			for (const timer of graceTimers.values()) {
				clearTimeout(timer);
			}

			await listener?.stop();
			fairReads.stop();
			waits.stop();
			watches.stop();
			await retention.stop();
			await loop.stop();
			await checkpoints.stop();
			await sandbox.stop();
			probe.remove();
		},
	};
};

/** A file in the log folder by which a worker sees whether it shares the file system. */
const createProbe = (folder: string) => {
	const content = randomUUID();
	const file = path.join(folder, `.probe-${content.slice(0, 8)}`);
	let isWritten = false;
	return {
		get offer() {
			return isWritten
				? {path: folder, probe: path.basename(file), content}
				: undefined;
		},
		write(): void {
			mkdirSync(folder, {recursive: true});
			writeFileSync(file, content);
			isWritten = true;
		},
		remove(): void {
			rmSync(file, {force: true});
		},
	};
};
