import {setMaxListeners} from 'node:events';
import {existsSync} from 'node:fs';
import {dirname} from 'node:path';
import process from 'node:process';
import {isDeepStrictEqual} from 'node:util';
import type {Logger} from 'pino';
import {
	chooseDatabase,
	type DatabaseChoice,
} from '../config/database-choice.js';
import {thisHost, type Host} from '../config/host.js';
import {
	createKeyFile,
	keyFilePath,
	rotatedKeys,
	writeKeyFile,
	type StoredKeys,
} from '../config/key-file.js';
import {loadSchedulerConfig, type LoadInput} from '../config/load.js';
import {loadNodeConfig, type NodeConfig} from '../config/node-config.js';
import {pluginPath} from '../config/plugin-path.js';
import {createPresetFiles} from '../config/preset-files.js';
import type {SchedulerSettings} from '../config/scheduler-settings.js';
import {usableStateFolders} from '../config/usable-state.js';
import {systemClock} from '../core/clock.js';
import {FarmError} from '../core/errors.js';
import {openDatabase, type FarmDatabase} from '../db/open.js';
import {formatAddress, type Address} from '../net/address.js';
import {createAnnouncer} from '../net/announcer.js';
import {discover} from '../net/discover.js';
import {
	createFarmKey,
	fromJoinCode,
	toJoinCode,
	viewOnly,
	type FarmKey,
} from '../net/key.js';
import {coreNodes} from '../nodes/core-nodes.js';
import {loadPlugins} from '../nodes/plugins.js';
import {createRegistry} from '../nodes/registry.js';
import {createCourier} from '../notify/courier.js';
import type {DeliverySettings} from '../notify/round.js';
import {createSandbox} from '../sandbox/sandbox.js';
import {takeUpRules} from '../scheduler/operations/notifications.js';
import {createScheduler, type Scheduler} from '../scheduler/scheduler.js';
import type {SchedulerSettings as EngineSettings} from '../scheduler/turn-context.js';
import {boundGarbage} from './bound-garbage.js';
import type {CommandContext, ExitStatus} from './context.js';
import {livePresets} from './live-presets.js';
import {createLog} from './log.js';
import {createNotificationOutbox} from './notification-outbox.js';
import {
	notificationRules,
	notificationTargets,
} from './notification-targets.js';
import {logFolderOf} from './log-folder.js';
import {startMonitor} from './monitor.js';
import {notifySystemd} from './notify-ready.js';
import {presetChecker} from './preset-checker.js';
import {changesText, reloadOnHangup} from './reload.js';
import {retentionSettings} from './retention-settings.js';
import {removeRuntimeFile, writeRuntimeFile} from './runtime-file.js';
import {version} from './version.js';

/** A starting scheduler listens this long for another one of its farm. */
const listenFirstMs = 3000;

/** Runs the scheduler until it is told to stop. */
export const run = async (context: CommandContext): Promise<ExitStatus> => {
	boundGarbage();
	const {flags} = context;
	const host = thisHost();
	const read: LoadInput = {
		host,
		configDirectory: flags.text('config-dir'),
		flags: {
			name: flags.text('name'),
			broadcast: flags.toggle('broadcast'),
			'server-ip': flags.text('server-ip'),
			'server-port': flags.number('server-port'),
			'ui-ip': flags.text('ui-ip'),
			'ui-port': flags.number('ui-port'),
			insecure: flags.toggle('insecure'),
			db: flags.text('db'),
			'log-level': flags.text('log-level'),
		},
		isWriting: true,
	};
	let loaded = await loadSchedulerConfig(read);
	const {settings, inForce, configuration, warnings} = loaded;
	const state = await usableStateFolders(host);
	const log = createLog({
		name: 'scheduler',
		settings: settings.log,
		folder: state.folders.log,
		stderr: process.stderr,
		isColoured: (host.environment['NO_COLOR'] ?? '') === '',
	});
	const {logger} = log;
	for (const warning of [...warnings, ...log.warnings, state.warning]) {
		if (warning !== undefined) {
			logger.warn(warning);
		}
	}

	const database = chooseDatabase({
		settings,
		inForce,
		folder: configuration.folder,
		host,
	});
	if (database.kind === 'url') {
		throw new FarmError(
			'INVALID',
			`This version serves SQLite files only, not ${withoutPassword(database.url)}: name a file with --db.`,
		);
	}

	expectFolder(database);

	const keys = settings.core.insecure
		? undefined
		: await openKeys(
				keyFilePath({
					host,
					folder: configuration.folder,
					keyFile: flags.text('key-file'),
				}),
			);
	const farm = settings.core.farm === '' ? host.name : settings.core.farm;
	await standBack(settings, {keys, isForced: flags.toggle('force') ?? false});
	const notificationLog = {
		info(message: string): void {
			logger.info(message);
		},
		warn(message: string): void {
			logger.warn(message);
		},
	};
	const targets = await notificationTargets({
		loaded,
		host,
		log: notificationLog,
	});
	// It takes a while to compile, and meanwhile the rest is read and the database opens.
	const sandbox = createSandbox({
		timeLimitMs: settings.scheduler.expressions.time_limit_ms,
		memoryLimitBytes: settings.scheduler.expressions.memory_limit_mb * 2 ** 20,
	});
	const registry = createRegistry(
		coreNodes,
		await loadPlugins(
			pluginPath({
				host,
				folder: configuration.folder,
				settings: settings.core.plugin_path,
			}),
		),
	);
	for (const {file, message} of registry.broken) {
		logger.warn(`The plugin ${file} is left out: ${message}`);
	}

	const loadNodes = async (): Promise<NodeConfig> =>
		loadNodeConfig(configuration.folder, presetChecker({registry, sandbox}));
	const nodes = await loadNodes();
	const opened = await openAndTell(database.path, logger);
	if (opened.backup !== undefined) {
		logger.info(
			`The database's schema was brought up to date; before that it was copied to ${opened.backup}.`,
		);
	}

	const engine = engineSettings(settings, nodes);
	const scheduler = createScheduler({
		database: opened,
		registry,
		sandbox: await sandbox,
		settings: engine,
		farm,
		version,
		pid: process.pid,
		ports: [
			{
				host:
					settings.core.server_ip === '' ? undefined : settings.core.server_ip,
				port: settings.core.server_port,
			},
			{
				host: settings.core.ui_ip === '' ? undefined : settings.core.ui_ip,
				port: settings.core.ui_port,
			},
		],
		keys: keys?.accepted,
		async rotateKeys({viewOnly: isViewOnly}) {
			if (!keys) {
				throw new FarmError(
					'CONFLICT',
					'This scheduler runs without a key (--insecure), so there is none to change.',
				);
			}

			if (isViewOnly) {
				throw new FarmError(
					'INVALID',
					'The view-only key is derived from the farm key: rotate that one, and both are new.',
				);
			}

			return keys.rotate();
		},
		presetFiles: livePresets(createPresetFiles(configuration.folder), engine),
		logFolder: logFolderOf(settings, opened.path),
		clock: systemClock,
		onTold(rules) {
			courier.wake(rules);
		},
		log: {
			info(message) {
				logger.info(message);
			},
			warn(message) {
				logger.warn(message);
			},
			error(message, error) {
				logger.error({error}, message);
			},
		},
	});
	const courier = createCourier({
		outbox: createNotificationOutbox({
			database: opened,
			submit: scheduler.loop.submit,
			farm,
			clock: systemClock,
		}),
		clock: systemClock,
		chance: Math.random,
		log: notificationLog,
	});
	const stopping = new AbortController();
	setMaxListeners(0, stopping.signal);
	const release = onSignals(stopping, (message) => {
		logger.info(message);
	});
	try {
		await scheduler.start(stopping.signal);
		await courier.serve(targets, deliverySettings(settings));
		const [server, ui] = scheduler.addresses();
		if (!server || !ui) {
			throw new FarmError('INTERNAL', 'The scheduler listens nowhere.');
		}

		await using monitor = await startMonitor({
			settings: settings.scheduler.metrics,
			scheduler,
			log: logger,
		});
		await using _announced = await announce({
			settings,
			keys,
			farm,
			host,
			server,
			ui,
			databaseId: opened.id,
			warn(message) {
				logger.warn(message);
			},
		});
		const runtimeFile = await leaveWord({
			folder: state.folders.run,
			server,
			ui,
			farm,
			database: opened.path,
			configFolder: configuration.folder,
			keyFile: keys?.file,
			warn(message) {
				logger.warn(message);
			},
		});
		greet(context, {
			scheduler,
			monitor: monitor.address(),
			farm,
			database: opened.path,
			keys,
			server,
			ui,
		});
		const untold = await notifySystemd('ready', host.environment);
		if (untold !== undefined) {
			logger.warn(untold);
		}

		using _reload = reloadOnHangup({
			async reload() {
				const again = await loadSchedulerConfig(read);
				const next = engineSettings(again.settings, await loadNodes());
				const text = changesText({
					before: loaded.inForce,
					after: again.inForce,
					isLive,
					more: isDeepStrictEqual(ofNodes(engine), ofNodes(next))
						? []
						: ['scheduler/nodes'],
				});
				const nextTargets = await notificationTargets({
					loaded: again,
					host,
					log: notificationLog,
				});
				const before = {...engine};
				Object.assign(engine, next);
				try {
					await scheduler.loop.submit(takeUpRules());
				} catch (error) {
					// As of a database that cannot be written: then nothing is taken up, as the log says.
					Object.assign(engine, before);
					throw error;
				}

				await courier.serve(nextTargets, deliverySettings(again.settings));
				logger.level = again.settings.log.level;
				scheduler.removeOld().catch((error: unknown) => {
					logger.warn({error}, 'old work could not be removed yet');
				});
				loaded = again;
				return text;
			},
			logger,
			environment: host.environment,
		});
		await until(stopping.signal);
		await notifySystemd('stopping', host.environment);
		if (runtimeFile !== undefined) {
			await removeRuntimeFile(runtimeFile);
		}

		return 0;
	} finally {
		await courier.stop();
		await scheduler.stop();
		opened.close();
		log.close();
		release();
	}
};

type Keys = {
	readonly file: string;
	readonly current: () => FarmKey;
	readonly accepted: () => readonly FarmKey[];
	readonly rotate: () => Promise<{
		readonly join_code: string;
		readonly view_only_join_code: string;
	}>;
};

const openKeys = async (file: string): Promise<Keys> => {
	const made = await createKeyFile(file, {
		makeKey: () => toJoinCode(createFarmKey()),
		now: systemClock.now(),
	});
	let stored: StoredKeys = made.keys;
	const current = (): FarmKey => fromJoinCode(stored.current);
	let known:
		| {
				readonly stored: StoredKeys;
				readonly keys: ReadonlyArray<{
					readonly key: FarmKey;
					readonly until: number;
				}>;
		  }
		| undefined;
	return {
		file,
		current,
		accepted() {
			if (known?.stored !== stored) {
				const all = [
					{key: current(), until: Infinity},
					...stored.previous.map((previous) => ({
						key: fromJoinCode(previous.key),
						until: previous.expires_at,
					})),
				];
				known = {stored, keys: all};
			}

			return known.keys
				.filter(({until}) => until > systemClock.now())
				.map(({key}) => key);
		},
		async rotate() {
			const next = createFarmKey();
			const rotated = rotatedKeys(stored, {
				next: toJoinCode(next),
				now: systemClock.now(),
			});
			await writeKeyFile(file, rotated);
			stored = rotated;
			return {
				join_code: toJoinCode(next),
				view_only_join_code: toJoinCode(viewOnly(next)),
			};
		},
	};
};

/** Two schedulers of one farm on one network would split its workers between them. */
const standBack = async (
	{core}: SchedulerSettings,
	{
		keys,
		isForced,
	}: {readonly keys: Keys | undefined; readonly isForced: boolean},
): Promise<void> => {
	if (isForced || !keys || !core.broadcast) {
		return;
	}

	const [other] = await discover({
		port: core.broadcast_port,
		sought: {kind: 'farm', key: keys.current()},
		timeoutMs: listenFirstMs,
	});
	if (other) {
		throw new FarmError(
			'CONFLICT',
			`This farm has a scheduler already, on ${other.machine} at ${formatAddress(other.server)}: stop that one, or start this one with --force.`,
		);
	}
};

const engineSettings = (
	{
		scheduler: {invocation, globals, retention, notifications, delivery},
	}: SchedulerSettings,
	{config, presets, initialPreset}: NodeConfig,
): EngineSettings => ({
	attempts: invocation.attempts,
	workerGraceS: invocation.worker_grace_s,
	killGraceS: invocation.kill_grace_s,
	avoidS: invocation.avoid_s,
	retention: retentionSettings(retention),
	globals,
	nodeConfig: config,
	presets,
	initialPreset,
	notifications: {
		rules: notificationRules(notifications),
		settleS: delivery.settle_s,
		queue: delivery.queue,
	},
});

const ofNodes = ({
	nodeConfig,
	presets,
	initialPreset,
}: EngineSettings): Partial<EngineSettings> => ({
	nodeConfig,
	presets,
	initialPreset,
});

const deliverySettings = ({
	scheduler: {delivery},
}: SchedulerSettings): DeliverySettings => ({
	attempts: delivery.attempts,
	retryMs: delivery.retry_s * 1000,
	keepMs: delivery.keep_hours * 3_600_000,
});

/** What a scheduler takes up without a restart. */
const isLive = (path: string): boolean =>
	path === 'log.level' ||
	path.startsWith('scheduler.invocation.') ||
	path.startsWith('scheduler.retention.') ||
	path.startsWith('scheduler.notifications') ||
	path.startsWith('scheduler.delivery.') ||
	path.startsWith('scheduler.mail.') ||
	path.startsWith('scheduler.globals');

const announce = async ({
	settings: {core},
	keys,
	farm,
	host,
	server,
	ui,
	databaseId,
	warn,
}: {
	readonly settings: SchedulerSettings;
	readonly keys: Keys | undefined;
	readonly farm: string;
	readonly host: Host;
	readonly server: Address;
	readonly ui: Address;
	readonly databaseId: string;
	readonly warn: (message: string) => void;
}): Promise<AsyncDisposable> => {
	if (!core.broadcast) {
		return {async [Symbol.asyncDispose]() {}}; // eslint-disable-line @typescript-eslint/no-empty-function -- nothing was begun
	}

	const announcer = createAnnouncer({
		keys: keys?.accepted,
		farm,
		machine: host.name,
		server,
		ui,
		databaseId,
		pid: process.pid,
		version,
		intervalMs: core.broadcast_interval * 1000,
		port: core.broadcast_port,
		onTrouble: warn,
		clock: systemClock,
	});
	try {
		await announcer.start(new AbortController().signal);
	} catch (error) {
		warn(
			`The farm is not announced on the network: ${error instanceof Error ? error.message : String(error)}`,
		);
	}

	return {
		async [Symbol.asyncDispose]() {
			await announcer.stop();
		},
	};
};

/** For the commands of this machine and user. Without it they need --scheduler; nothing else depends on it. */
const leaveWord = async ({
	folder,
	server,
	ui,
	farm,
	database,
	configFolder,
	keyFile,
	warn,
}: {
	readonly folder: string;
	readonly server: Address;
	readonly ui: Address;
	readonly farm: string;
	readonly database: string;
	readonly configFolder: string;
	readonly keyFile: string | undefined;
	readonly warn: (message: string) => void;
}): Promise<string | undefined> => {
	try {
		return await writeRuntimeFile(folder, {
			pid: process.pid,
			farm,
			server: fromHere(server),
			ui: fromHere(ui),
			database,
			config_folder: configFolder,
			key_file: keyFile ?? null,
			started_at: new Date(systemClock.now()).toISOString(),
		});
	} catch (error) {
		warn(
			`Commands on this machine will need --scheduler, as no word of this scheduler could be left in ${folder}: ${error instanceof Error ? error.message : String(error)}`,
		);
		return undefined;
	}
};

/** An address to connect to from this machine. */
const fromHere = ({host, port}: Address): Address => ({
	host: host === '::' || host === '0.0.0.0' ? '127.0.0.1' : host,
	port,
});

const greet = (
	{output}: CommandContext,
	{
		farm,
		database,
		keys,
		server,
		ui,
		monitor,
	}: {
		readonly scheduler: Scheduler;
		readonly monitor: Address | undefined;
		readonly farm: string;
		readonly database: string;
		readonly keys: Keys | undefined;
		readonly server: Address;
		readonly ui: Address;
	},
): void => {
	const own =
		fromHere(server).host === '127.0.0.1' ? thisHost().name : server.host;
	output.message(
		[
			`Farm ${farm} is ready.`,
			`  workers and submitters: ${listening(server)}`,
			`  viewers:                ${listening(ui)}`,
			`  database:               ${database}`,
			keys
				? `  key:                    ${keys.file}`
				: '  key:                    NONE: it runs with --insecure, and whoever can connect may do everything',
			...(monitor
				? [`  metrics:                http://${formatAddress(monitor)}/metrics`]
				: []),
			'Add a worker on this machine with   lifeblood worker',
			keys
				? `Add another machine to it with      lifeblood join ${own}:${server.port}\nThe join code that it asks for      lifeblood key show`
				: `Add another machine to it with      lifeblood worker --insecure --scheduler ${own}:${server.port}`,
		].join('\n'),
	);
};

const listening = (address: Address): string =>
	address.host === '::' || address.host === '0.0.0.0'
		? `port ${address.port} of every interface`
		: formatAddress(address);

/** TERM and INT stop it cleanly; a second one at once. */
const onSignals = (
	stopping: AbortController,
	say: (message: string) => void,
): (() => void) => {
	const stop = (): void => {
		if (stopping.signal.aborted) {
			process.exit(1);
		}

		say('stopping; what runs on workers goes on');
		stopping.abort();
	};

	process.on('SIGTERM', stop);
	process.on('SIGINT', stop);
	return () => {
		process.off('SIGTERM', stop);
		process.off('SIGINT', stop);
	};
};

const until = async (signal: AbortSignal): Promise<void> =>
	new Promise((resolve) => {
		if (signal.aborted) {
			resolve();
		} else {
			signal.addEventListener(
				'abort',
				() => {
					resolve();
				},
				{once: true},
			);
		}
	});

const withoutPassword = (url: string): string =>
	url.replace(/:[^\/:@]*@/v, ':…@');

/** What was named may be mistyped, and would become a second, empty farm in a folder that nobody looks for. The default place is made. */
const expectFolder = ({
	path,
	isDefault,
}: DatabaseChoice & {readonly kind: 'file'}): void => {
	const folder = dirname(path);
	if (!isDefault && !existsSync(folder)) {
		throw new FarmError(
			'NOT_FOUND',
			`There is no folder ${folder}: make it, or name another file than ${path} as the database.`,
		);
	}
};

const openAndTell = async (
	file: string,
	logger: Pick<Logger, 'info'>,
): Promise<FarmDatabase> => {
	const isThere = existsSync(file);
	const opened = await openDatabase(file);
	if (!isThere) {
		logger.info(`Made a new database at ${opened.path}.`);
	}

	return opened;
};
