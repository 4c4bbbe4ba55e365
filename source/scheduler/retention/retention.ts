import {setTimeout as delay} from 'node:timers/promises';
import type {Clock} from '../../core/clock.js';
import {FarmError} from '../../core/errors.js';
import type {Statements} from '../../db/statements.js';
import {cutJournalStep} from '../operations/cut-journal.js';
import {removeFinishedStep} from '../operations/remove-finished.js';
import type {TurnChanges} from '../turn-changes.js';
import type {Operation, SchedulerSettings, Submit} from '../turn-context.js';
import type {LogStore} from '../views/log-store.js';
import type {LogLedger, LogLimits} from './log-ledger.js';
import {createStepSize, type StepSize} from './step-size.js';

/** What one look at everything removed. */
export type Removed = {
	readonly groups: number;
	readonly tasks: number;
	readonly journalEntries: number;
	readonly logs: number;
	readonly logBytes: number;
};

export type Retention = {
	/** Remove what is kept no longer, in small steps with turns of others in between; where that is under way, once more after it. */
	readonly sweep: () => Promise<Removed>;
	/** Logs were noted to be removed: let them go, soon. */
	readonly removeLogs: () => void;
	/** Look again in a while, as something has happened. */
	readonly onCommit: (changes: TurnChanges) => void;
	/** Look now and then from now on. */
	readonly start: () => void;
	/** Finish the step that is under way; the rest is left to the next start. */
	readonly stop: () => Promise<void>;
};

/** A step may hold the database for 50 ms at most, with its commit and with what else is in its turn. */
const targetMs = 5;
/** Of the time, steps take about one part of so many, while others have work too. */
const share = 5;
/** One that rests is looked at so rarely, in milliseconds. */
const rarelyMs = 60 * 60 * 1000;
const dayMs = 24 * 60 * 60 * 1000;
/** So many log files go between two notes of that. */
const logsAtOnce = 500;

/** Removes old finished work, old entries of the journal and old logs, as far as the settings say, while the farm goes on. What is half done when the scheduler dies is found and done by the next one. */
export const createRetention = ({
	submit,
	statements,
	settings,
	clock,
	logs,
	ledger,
	isLive,
	log,
	isAlone = false,
	quietMs = 5000,
	soonMs = 60_000,
}: {
	readonly submit: Submit;
	/** Read between turns. */
	readonly statements: Statements;
	/** As they are now: they may change. */
	readonly settings: Pick<SchedulerSettings, 'retention'>;
	readonly clock: Clock;
	readonly logs: Pick<LogStore, 'remove' | 'settled'>;
	readonly ledger: LogLedger;
	/** Whether an invocation may still write to its log. */
	readonly isLive: (invocation: number) => boolean;
	readonly log: {
		readonly info: (message: string) => void;
		readonly warn: (message: string) => void;
	};
	/** Nobody else has work: go on without a rest. */
	readonly isAlone?: boolean;
	/** A farm is looked at as soon as it has rested for so long: afterwards it leaves the disk alone, however long the rest lasts. */
	readonly quietMs?: number;
	/** One that does not rest is looked at so often. */
	readonly soonMs?: number;
}): Retention => {
	const stopping = new AbortController();
	const tasksAtOnce = createStepSize({
		targetMs,
		least: 4,
		most: 500,
		first: 50,
	});
	const entriesAtOnce = createStepSize({
		targetMs,
		least: 50,
		most: 5000,
		first: 200,
	});
	let current: Promise<Removed> | undefined;
	/** After the one that is under way. */
	let next: Promise<Removed> | undefined;
	let emptying: Promise<void> | undefined;
	let timer: NodeJS.Timeout | undefined;
	/** When a farm that does not rest is looked at, by the monotonic clock; undefined while nothing has happened. */
	let dueAt: number | undefined;
	let journalCutAt = -Infinity;

	const isStopped = (): boolean => stopping.signal.aborted;

	/** One step in a turn, measured; then the others' time. */
	const step = async <Value>(
		size: StepSize,
		operation: Operation<Value>,
		amount: (value: Value) => number,
	): Promise<Value> => {
		let tookMs = 0;
		const value = await submit((turn) => {
			const startedAt = clock.monotonic();
			const outcome = operation(turn);
			tookMs = clock.monotonic() - startedAt;
			return outcome;
		});
		size.took(amount(value), tookMs);
		if (!isAlone) {
			await rest((share - 1) * Math.max(1, tookMs));
		}

		return value;
	};

	const rest = async (milliseconds: number): Promise<void> => {
		try {
			await delay(milliseconds, undefined, {
				ref: false,
				signal: stopping.signal,
			});
		} catch {
			// It is to stop.
		}
	};

	const removeGroups = async (): Promise<{groups: number; tasks: number}> => {
		const removed = {groups: 0, tasks: 0};
		const {groups: before} = oldestKept(settings.retention, clock.now());
		if (before === -Infinity) {
			return removed;
		}

		let already = 0;
		let goesOn = true;
		while (goesOn && !isStopped()) {
			// eslint-disable-next-line no-await-in-loop -- step by step
			const {groups, kept, tasks, partly, more} = await step(
				tasksAtOnce,
				removeFinishedStep({before, most: tasksAtOnce.most(), already}),
				(value) => Math.max(value.tasks, value.groups.length),
			);
			removed.groups += groups.length;
			removed.tasks += tasks;
			already = partly;
			goesOn = more;
			if (kept.length > 0) {
				log.info(
					`Kept for as long again, since other groups' work needs something of them: ${kept.join(', ')}.`,
				);
			}
		}

		return removed;
	};

	const cutJournal = async (): Promise<number> => {
		const {entriesBefore: before, entriesKept: keep} = oldestKept(
			settings.retention,
			clock.now(),
		);
		if (
			(keep === Infinity && before === -Infinity) ||
			// Either way: the clock may have been set back.
			Math.abs(clock.now() - journalCutAt) < rarelyMs
		) {
			return 0;
		}

		journalCutAt = clock.now();
		let removed = 0;
		let most = 0;
		let done = 0;
		do {
			most = entriesAtOnce.most();
			// eslint-disable-next-line no-await-in-loop -- step by step
			done = await step(
				entriesAtOnce,
				cutJournalStep({before, keep, most}),
				(entries) => entries,
			);
			removed += done;
		} while (done === most && !isStopped());

		return removed;
	};

	/** Files whose invocations are gone from the database. They are forgotten only when they are gone too, so that none is left behind. */
	const emptyLogs = async (): Promise<void> => {
		while (!isStopped()) {
			const ids = statements.retention.logsToRemove
				.all(logsAtOnce)
				.map(({id}) => id);
			if (ids.length === 0) {
				return;
			}

			logs.remove(ids);
			await logs.settled(); // eslint-disable-line no-await-in-loop -- step by step
			for (const id of ids) {
				ledger.note(id);
			}

			// eslint-disable-next-line no-await-in-loop -- as above
			await submit((turn) => {
				turn.desk.touch();
				turn.statements.retention.forgetLogs.run(JSON.stringify(ids));
			});
		}
	};

	const emptyLogsOnce = async (): Promise<void> => {
		emptying ??= emptyLogs().finally(() => {
			emptying = undefined;
		});
		return emptying;
	};

	const trimLogs = async (): Promise<{logs: number; bytes: number}> => {
		const limits = logLimits(settings.retention, clock.now());
		if (limits.before === -Infinity && limits.mostBytes === Infinity) {
			return {logs: 0, bytes: 0};
		}

		return ledger.trim({
			...limits,
			isLive,
			isStopped,
		});
	};

	const run = async (): Promise<Removed> => {
		// Files first: on a full disk nothing else can be removed.
		const {logs: files, bytes} = await trimLogs();
		const {groups, tasks} = await removeGroups();
		const journalEntries = await cutJournal();
		await emptyLogsOnce();
		const removed = {
			groups,
			tasks,
			journalEntries,
			logs: files,
			logBytes: bytes,
		};
		await tell(removed);
		return removed;
	};

	/** Removed groups are in the journal by their own turns. */
	const tell = async (removed: Removed): Promise<void> => {
		const {groups, tasks, journalEntries, logs: files, logBytes} = removed;
		const said = [
			...(groups + tasks > 0
				? [`${groups} finished groups and ${tasks} tasks`]
				: []),
			...(journalEntries > 0
				? [`${journalEntries} entries of the journal`]
				: []),
			...(files > 0 ? [`${files} logs of ${logBytes} bytes`] : []),
		];
		if (said.length > 0) {
			log.info(`Removed, as the settings say: ${said.join('; ')}.`);
		}

		const entries = [
			...(journalEntries > 0
				? [{method: 'retention.journal', params: {entries: journalEntries}}]
				: []),
			...(files > 0
				? [{method: 'retention.logs', params: {logs: files, bytes: logBytes}}]
				: []),
		];
		if (entries.length === 0 || isStopped()) {
			return;
		}

		await submit(({desk, statements: {farm}}) => {
			desk.touch();
			for (const {method, params} of entries) {
				farm.addToJournal.run({
					at: desk.now(),
					client: 'scheduler',
					user: '',
					address: '',
					method,
					params: JSON.stringify(params),
					before: null,
				});
			}
		});
	};

	const sweep = async (): Promise<Removed> => {
		if (current === undefined) {
			current = run().finally(() => {
				current = undefined;
			});
			return current;
		}

		// Of the one that is under way nobody knows how much of what has changed it saw.
		next ??= current
			.catch(() => undefined)
			.then(async () => {
				next = undefined;
				return sweep();
			});
		return next;
	};

	const lookLater = (milliseconds: number): void => {
		clearTimeout(timer);
		if (isStopped()) {
			return;
		}

		timer = setTimeout(() => {
			dueAt = undefined;
			sweep()
				.catch(complain)
				.finally(() => {
					if (dueAt === undefined) {
						lookLater(rarelyMs);
					}
				});
		}, milliseconds);
		timer.unref();
	};

	const complain = (error: unknown): void => {
		if (
			!isStopped() &&
			!(error instanceof FarmError && error.code === 'CLOSED')
		) {
			log.warn(
				`Old work could not be removed, and is tried again later: ${error instanceof Error ? error.message : String(error)}`,
			);
		}
	};

	return {
		sweep,
		removeLogs() {
			emptyLogsOnce().catch(complain);
		},
		onCommit(changes) {
			for (const invocation of changes.invocations) {
				ledger.note(invocation);
			}

			// What a sweep itself changes is no reason for the next one.
			if (current !== undefined || !hasHappened(changes)) {
				return;
			}

			const now = clock.monotonic();
			dueAt ??= now + soonMs;
			lookLater(Math.max(0, Math.min(quietMs, dueAt - now)));
		},
		start() {
			lookLater(quietMs);
		},
		async stop() {
			stopping.abort();
			clearTimeout(timer);
			await Promise.allSettled([current, next, emptying]);
		},
	};
};

type Kept = SchedulerSettings['retention'];

const since = (days: number, now: number): number =>
	days === 0 ? -Infinity : now - days * dayMs;

/** Until when groups have to have finished and entries of the journal to have been written to go now, in milliseconds since 1970, and how many entries stay. */
export const oldestKept = (
	{groupsDays, journalDays, journalEntries}: Kept,
	now: number,
): {
	readonly groups: number;
	readonly entriesBefore: number;
	readonly entriesKept: number;
} => ({
	groups: since(groupsDays, now),
	entriesBefore: since(journalDays, now),
	entriesKept: journalEntries === 0 ? Infinity : journalEntries,
});

/** Which logs stay now. */
export const logLimits = (
	{logsDays, logsBytes}: Kept,
	now: number,
): Pick<LogLimits, 'before' | 'mostBytes'> => ({
	before: since(logsDays, now),
	mostBytes: logsBytes === 0 ? Infinity : logsBytes,
});

const hasHappened = ({tasks, groups, invocations}: TurnChanges): boolean =>
	tasks.size > 0 || groups.size > 0 || invocations.size > 0;
