import fs from 'node:fs';
import type {SchedulerSettings} from '../config/scheduler-settings.js';
import {systemClock} from '../core/clock.js';
import {FarmError} from '../core/errors.js';
import {expectFarm} from '../db/expect-own.js';
import {openDatabase, openToRead, type Connection} from '../db/open.js';
import {prepareReads} from '../db/reads/prepare-reads.js';
import {asStorageError} from '../db/storage-error.js';
import {coreNodes} from '../nodes/core-nodes.js';
import {createRegistry} from '../nodes/registry.js';
import {createSandbox} from '../sandbox/sandbox.js';
import {createLogLedger} from '../scheduler/retention/log-ledger.js';
import {
	createRetention,
	logLimits,
	oldestKept,
	type Removed,
} from '../scheduler/retention/retention.js';
import {createTurnLoop} from '../scheduler/turn-loop.js';
import {createLogStore} from '../scheduler/views/log-store.js';
import type {CommandContext, ExitStatus} from './context.js';
import {counted, humanBytes} from './human.js';
import {logFolderOf} from './log-folder.js';
import {retentionSettings} from './retention-settings.js';

type Pruned = Removed & {
	readonly bytesBefore: number;
	readonly bytesAfter: number;
};

/** `db prune`: remove from a database that nobody serves what a scheduler would remove, and pack it. `--dry-run` only looks, also while it is served. */
export const prune = async (
	{flags, output}: CommandContext,
	{
		file,
		settings,
	}: {readonly file: string; readonly settings: SchedulerSettings},
): Promise<ExitStatus> => {
	const isDry = flags.toggle('dry-run') ?? false;
	const removed = await (isDry ? look : remove)(file, settings);
	if (flags.toggle('json') === true) {
		output.printJson({
			database: file,
			dry_run: isDry,
			groups: removed.groups,
			tasks: removed.tasks,
			journal_entries: removed.journalEntries,
			logs: removed.logs,
			log_bytes: removed.logBytes,
			bytes_before: removed.bytesBefore,
			bytes_after: removed.bytesAfter,
		});
		return 0;
	}

	output.print(
		`${isDry ? 'Would be removed' : 'Removed'}: ${[
			`${counted(removed.groups, 'finished group')} with ${counted(removed.tasks, 'task')} and their logs`,
			`${counted(removed.journalEntries, 'line')} of the journal`,
			`${counted(removed.logs, 'log')} that ${removed.logs === 1 ? 'is' : 'are'} too old or too many (${humanBytes(removed.logBytes)})`,
		].join(', ')}.`,
	);
	output.print(
		isDry
			? `${file} has ${humanBytes(removed.bytesBefore)}.`
			: `${file} had ${humanBytes(removed.bytesBefore)}, and has ${humanBytes(removed.bytesAfter)}.`,
	);
	return 0;
};

const look = async (
	file: string,
	settings: SchedulerSettings,
): Promise<Pruned> => {
	const connection = openToRead(file);
	try {
		expectFarm(connection, file);
		const retention = retentionSettings(settings.scheduler.retention);
		const {groups, entriesBefore, entriesKept} = oldestKept(
			retention,
			systemClock.now(),
		);
		const live = new Set(
			connection
				.prepare<unknown[], {id: number}>(
					"SELECT id FROM invocations WHERE state IN ('invoking', 'running')",
				)
				.all()
				.map(({id}) => id),
		);
		const {logs, bytes} = await createLogLedger(
			logFolderOf(settings, fs.realpathSync(file)),
		).trim({
			...logLimits(retention, systemClock.now()),
			isLive: (invocation) => live.has(invocation),
			isStopped: () => false,
			isDry: true,
		});
		const size = sizeOf(file);
		return {
			groups: amount(
				connection,
				'SELECT count(*) AS n FROM groups WHERE finished_at < ?',
				groups,
			),
			tasks: amount(
				connection,
				"SELECT sum(counts ->> 'total') AS n FROM groups WHERE finished_at < ?",
				groups,
			),
			journalEntries: amount(
				connection,
				"SELECT count(*) AS n FROM journal WHERE at < ? OR id <= (SELECT seq FROM sqlite_sequence WHERE name = 'journal') - ?",
				entriesBefore,
				entriesKept,
			),
			logs,
			logBytes: bytes,
			bytesBefore: size,
			bytesAfter: size,
		};
	} finally {
		connection.close();
	}
};

const remove = async (
	file: string,
	settings: SchedulerSettings,
): Promise<Pruned> => {
	if (!fs.existsSync(file)) {
		throw new FarmError('NOT_FOUND', `There is no database at ${file}.`);
	}

	// A scheduler that serves it holds its lock.
	const database = await openDatabase(file);
	const sandbox = await createSandbox();
	try {
		const bytesBefore = sizeOf(database.path);
		const faults: unknown[] = [];
		const engine = {
			attempts: settings.scheduler.invocation.attempts,
			workerGraceS: settings.scheduler.invocation.worker_grace_s,
			killGraceS: settings.scheduler.invocation.kill_grace_s,
			avoidS: settings.scheduler.invocation.avoid_s,
			retention: retentionSettings(settings.scheduler.retention),
			notifications: {rules: [], settleS: 0, queue: 0},
			globals: {},
			nodeConfig: {},
			presets: {},
			initialPreset: {},
		};
		const loop = createTurnLoop({
			database,
			registry: createRegistry(coreNodes),
			sandbox,
			settings: engine,
			clock: systemClock,
			onCommit: () => undefined,
			onDefect(error) {
				faults.push(error);
			},
		});
		const logFolder = logFolderOf(settings, database.path);
		const retention = createRetention({
			submit: loop.submit,
			statements: loop.statements,
			settings: engine,
			clock: systemClock,
			logs: createLogStore({
				folder: logFolder,
				context: {
					reads: prepareReads(database.reader),
					books: () => loop.books,
				},
				askWorker: {
					read: async () => undefined,
					marks: async () => undefined,
				},
			}),
			ledger: createLogLedger(logFolder),
			isLive: (invocation) =>
				loop.books.fleet.live.keys().some((live) => live === invocation),
			log: {info: () => undefined, warn: () => undefined},
			isAlone: true,
		});
		const removed = await retention.sweep();
		await retention.stop();
		await loop.stop();
		if (faults.length > 0) {
			throw faults[0];
		}

		database.reader.close();
		database.writer.exec('VACUUM');
		database.writer.pragma('wal_checkpoint(TRUNCATE)');
		return {...removed, bytesBefore, bytesAfter: sizeOf(database.path)};
	} catch (error) {
		throw asStorageError(error, file);
	} finally {
		await sandbox.stop();
		database.close();
	}
};

const amount = (
	connection: Connection,
	sql: string,
	...values: readonly number[]
): number =>
	connection.prepare<unknown[], {n: number | undefined}>(sql).get(...values)
		?.n ?? 0;

/** With what is not merged into it yet. */
const sizeOf = (file: string): number =>
	[file, `${file}-wal`]
		.map((part) => fs.statSync(part, {throwIfNoEntry: false})?.size ?? 0)
		.reduce((sum, bytes) => sum + bytes, 0);
