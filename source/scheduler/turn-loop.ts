import type {Clock} from '../core/clock.js';
import {FarmError} from '../core/errors.js';
import type {TaskId} from '../core/ids.js';
import type {FarmDatabase} from '../db/open.js';
import {asStorageError} from '../db/storage-error.js';
import {type Statements, prepareStatements} from '../db/statements.js';
import type {Registry} from '../nodes/registry.js';
import type {Sandbox} from '../sandbox/sandbox.js';
import {advance, exhaustFrontier, type Budget} from './advance.js';
import {fail} from './apply-result.js';
import {loadBooks, type Books} from './books.js';
import {defectMessage} from './defect-message.js';
import {createDesk} from './desk.js';
import {dispatch} from './dispatch.js';
import {noteGroups} from './notifications/note-groups.js';
import {
	type Operation,
	type Submit,
	type SchedulerSettings,
	type Turn,
} from './turn-context.js';
import {createSlowLane, pumpSlowLane} from './slow-lane.js';
import type {TurnChanges} from './turn-changes.js';

/** What a turn may take before it commits, in milliseconds; a reply waits about this long at most. */
const turnMs = 40;
/** What an operation made is moved on for so much longer: a task that ends in the turn that made it is written once, and otherwise twice and read once. */
const graceMs = 60;
/** So many tasks are read from the database in one turn. */
const mostTasks = 4096;
/** Between attempts while the database cannot be written. */
const retryMs = 1000;

type Waiting = {
	readonly operation: Operation<unknown>;
	readonly resolve: (value: unknown) => void;
	readonly reject: (error: unknown) => void;
};

type Attempt =
	| {readonly kind: 'committed'; readonly more: boolean; readonly taken: number}
	| {
			readonly kind: 'failed';
			readonly error: unknown;
			readonly taken: number;
			/** The task that was in hand then, where it was one. */
			readonly task: TaskId | undefined;
			/** It may be any of those that were to be moved on. */
			readonly isOnTheWay: boolean;
	  };

export type TurnLoop = {
	readonly submit: Submit;
	/** Between turns this is exactly what is committed. */
	readonly books: Books;
	readonly statements: Statements;
	/** Run turns until nothing is left to do; from then on whenever something comes. */
	readonly start: () => void;
	/** Finish the turn's work that was submitted, and take no more. */
	readonly stop: () => Promise<void>;
	/** Why nothing can be committed at present; undefined while all is well. */
	readonly trouble: () => FarmError | undefined;
	/** How long turns took, for those who measure. */
	readonly turns: () => {
		readonly count: number;
		readonly totalMs: number;
		readonly longestMs: number;
	};
};

/**
The one writer. Operations and the tasks' own progress are taken in turns; each turn is one transaction, and its replies, messages and changes go out after the commit. A turn that throws is rolled back, the books are read anew, and its operations run again one by one, so that a bad one fails alone.
*/
export const createTurnLoop = ({
	database,
	registry,
	sandbox,
	settings,
	clock,
	onCommit,
	onTurn = () => undefined,
	onDefect,
	onRecovery = () => undefined,
}: {
	readonly database: FarmDatabase;
	readonly registry: Registry;
	readonly sandbox: Sandbox;
	readonly settings: SchedulerSettings;
	readonly clock: Clock;
	readonly onCommit: (changes: TurnChanges) => void;
	/** A turn is over, and took so many milliseconds. */
	readonly onTurn?: (milliseconds: number) => void;
	/** Something threw that must not: for the log. */
	readonly onDefect: (error: unknown, what: string) => void;
	/** After a time in which nothing could be committed something was. */
	readonly onRecovery?: () => void;
}): TurnLoop => {
	const statements = prepareStatements(database.writer);
	const books = loadBooks(statements, registry);
	const desk = createDesk(statements, books);
	const begin = database.writer.prepare('BEGIN IMMEDIATE');
	const commit = database.writer.prepare('COMMIT');
	const rollback = database.writer.prepare('ROLLBACK');
	// Changes nothing, and needs room for a page all the same: a turn in which nothing happened proves nothing.
	const probe = database.writer.prepare(
		"UPDATE farm SET value = value WHERE key = 'database_id'",
	);
	let waiting: Waiting[] = [];
	let isScheduled = false;
	let isStopped = false;
	let trouble: FarmError | undefined;
	let wakeTimer: NodeJS.Timeout | undefined;
	let retryTimer: NodeJS.Timeout | undefined;
	let careful = false;
	/** Where the turn is: among the tasks on their way, any of which may be what breaks it. */
	let isOnTheWay = false;
	/** The books could not be read after a turn was rolled back. */
	let isStale = false;
	let settled: (() => void) | undefined;
	/** What an operation made goes on. */
	let moveOn = (): void => undefined;
	const measured = {count: 0, totalMs: 0, longestMs: 0};

	const submit: Submit = async (operation) =>
		new Promise((resolve, reject) => {
			if (isStopped) {
				reject(new FarmError('CLOSED', 'The scheduler is stopping.'));
				return;
			}

			waiting.push({
				operation,
				resolve: resolve as (value: unknown) => void,
				reject,
			});
			schedule();
		});

	const turn: Turn = {
		desk,
		books,
		statements,
		registry,
		sandbox,
		settings,
		slowLane: createSlowLane(submit),
		moveOn() {
			moveOn();
		},
		recheckWorkers() {
			books.stuck.clear();
		},
	};

	const schedule = (): void => {
		if (isScheduled || retryTimer !== undefined) {
			return;
		}

		isScheduled = true;
		setImmediate(runTurn);
	};

	const runTurn = (): void => {
		isScheduled = false;
		const batch = waiting;
		waiting = [];
		const startedAt = clock.monotonic();
		const outcome = attempt(batch, {alone: false});
		const took = clock.monotonic() - startedAt;
		measured.count += 1;
		measured.totalMs += took;
		measured.longestMs = Math.max(measured.longestMs, took);
		onTurn(took);
		// What there was no time for comes first in the next turn.
		waiting = [...batch.slice(outcome.taken), ...waiting];
		if (outcome.kind === 'failed') {
			recover(batch.slice(0, outcome.taken), outcome);
			return;
		}

		careful &&= outcome.more;
		const goesOn = outcome.more && !isStopped;
		if (goesOn || waiting.length > 0) {
			schedule();
		} else {
			settled?.();
		}
	};

	/** One transaction: as many of these operations as there is time for, at least one, and, unless `alone`, what the tasks and workers can do now. */
	const attempt = (
		batch: readonly Waiting[],
		{alone}: {readonly alone: boolean},
	): Attempt => {
		const deadline = clock.monotonic() + turnMs;
		const budget: Budget = {
			goOn: () => !careful && clock.monotonic() < deadline,
			elapsed: () => clock.monotonic(),
			tasks: careful ? 1 : mostTasks,
		};
		moveOn = () => {
			if (alone || careful) {
				return;
			}

			exhaustFrontier(turn, {
				goOn: () => clock.monotonic() < deadline + graceMs,
				elapsed: () => clock.monotonic(),
			});
			desk.tidyBetween();
		};

		const replies: Array<() => void> = [];
		let taken = 0;
		let more = false;
		isOnTheWay = false;
		try {
			begin.run();
			if (isStale) {
				reload();
			}

			desk.begin(clock.now());
			for (const {operation, resolve, reject} of batch) {
				if (!alone && taken > 0 && clock.monotonic() >= deadline) {
					break;
				}

				taken += 1;
				const before = desk.touched();
				try {
					const value = operation(turn);
					replies.push(() => {
						resolve(value);
					});
				} catch (error) {
					if (
						!(error instanceof FarmError) ||
						error.code === 'INTERNAL' ||
						desk.touched() !== before
					) {
						throw error;
					}

					replies.push(() => {
						reject(error);
					});
				}

				moveOn();
			}

			if (!alone) {
				more = work(budget);
			}

			desk.writeTasks();
			noteGroups(turn);
			if (trouble) {
				probe.run();
			}

			commit.run();
		} catch (error) {
			const task = desk.inHand();
			undo();
			return {kind: 'failed', error, taken, task, isOnTheWay};
		}

		if (trouble) {
			trouble = undefined;
			tell(onRecovery);
		}

		const changes = desk.changes();
		const afterwards = desk.afterwards();
		desk.clear();
		for (const act of [
			...afterwards,
			...replies,
			() => {
				onCommit(changes);
			},
		]) {
			tell(act);
		}

		return {kind: 'committed', more, taken};
	};

	/** What is committed is committed, whoever cannot hear of it. */
	const tell = (act: () => void): void => {
		try {
			act();
		} catch (error) {
			onDefect(error, 'telling what was committed');
		}
	};

	const work = (budget: Budget): boolean => {
		isOnTheWay = true;
		const left = advance(turn, budget);
		desk.writeTasks();
		isOnTheWay = false;
		pumpSlowLane(turn);
		const {again, wakeAt} = dispatch(turn);
		wake(wakeAt);
		return left || again;
	};

	/** Look again once a task may go back to a machine that it stays away from. */
	const wake = (at: number | undefined): void => {
		if (at === undefined || wakeTimer !== undefined) {
			return;
		}

		wakeTimer = setTimeout(
			() => {
				wakeTimer = undefined;
				books.stuck.clear();
				schedule();
			},
			Math.max(1, at - clock.now()),
		);
		wakeTimer.unref();
	};

	const undo = (): void => {
		desk.clear();
		for (const act of desk.undoings()) {
			act();
		}

		try {
			if (database.writer.inTransaction) {
				rollback.run();
			}

			isStale = true;
			reload();
		} catch (error) {
			onDefect(error, 'rolling a turn back');
		}
	};

	const reload = (): void => {
		Object.assign(books, loadBooks(statements, registry, books.fleet.workers));
		isStale = false;
	};

	/** Nothing can be done now; look again in a while. */
	const waitAWhile = (): void => {
		if (isStopped) {
			settled?.();
			return;
		}

		retryTimer = setTimeout(() => {
			retryTimer = undefined;
			schedule();
		}, retryMs);
	};

	const recover = (
		batch: readonly Waiting[],
		failed: Extract<Attempt, {kind: 'failed'}>,
	): void => {
		const told = asStorageError(failed.error, database.path);
		if (
			told instanceof FarmError &&
			(told.code === 'STORAGE' || told.code === 'DATABASE_CORRUPT')
		) {
			if (!trouble) {
				onDefect(told, 'committing a turn');
			}

			trouble = told;
			for (const {reject} of batch) {
				reject(told);
			}

			waitAWhile();
			return;
		}

		if (batch.length === 0) {
			recoverTasks(failed);
			return;
		}

		for (const one of batch) {
			const outcome = attempt([one], {alone: true});
			if (outcome.kind !== 'failed') {
				continue;
			}

			const reason = asStorageError(outcome.error, database.path);
			onDefect(reason, 'an operation');
			one.reject(
				reason instanceof FarmError
					? reason
					: new FarmError(
							'INTERNAL',
							'This could not be done because of a defect in the scheduler; its log says more.',
							{cause: outcome.error},
						),
			);
		}

		schedule();
	};

	/** Moving tasks on threw, where nothing may throw. The task in hand is put aside; where none was, go on task by task until it is found. */
	const recoverTasks = ({
		error,
		task,
		isOnTheWay: isOneOfThose,
	}: Extract<Attempt, {kind: 'failed'}>): void => {
		if (task === undefined && !careful) {
			onDefect(error, 'moving tasks on');
			careful = isOneOfThose;
			if (isOneOfThose) {
				schedule();
			} else {
				waitAWhile();
			}

			return;
		}

		const [first] = books.queued.advance
			.keys()
			.take(1)
			.flatMap((node) => statements.tasks.queued.advance.all(node, 1));
		const suspect = task ?? (isOneOfThose ? first?.id : undefined);
		careful = false;
		if (suspect === undefined || !putAside(suspect, error)) {
			onDefect(error, 'moving tasks on');
			waitAWhile();
			return;
		}

		schedule();
	};

	const putAside = (task: TaskId, error: unknown): boolean => {
		onDefect(error, `moving task ${task} on`);
		const {kind} = attempt(
			[
				{
					operation(inside) {
						fail(inside, desk.existingTask(task), {
							reason: 'internal',
							message: defectMessage(error),
						});
					},
					resolve: () => undefined,
					reject: () => undefined,
				},
			],
			{alone: true},
		);
		return kind === 'committed';
	};

	return {
		submit,
		books,
		statements,
		start: schedule,
		async stop() {
			isStopped = true;
			clearTimeout(wakeTimer);
			if (isScheduled) {
				const {promise, resolve} = Promise.withResolvers<undefined>();
				settled = () => {
					resolve(undefined);
				};

				await promise;
			}

			clearTimeout(retryTimer);
			for (const {reject} of waiting) {
				reject(new FarmError('CLOSED', 'The scheduler is stopping.'));
			}
		},
		trouble: () => trouble,
		turns: () => ({...measured}),
	};
};
