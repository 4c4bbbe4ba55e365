import {isRunning} from '../core/task-state.js';
import type {InvocationEnd} from '../db/queries/invocations.js';
import {release, type LiveInvocation} from './fleet.js';
import type {TaskDraft} from './task-draft.js';
import type {Turn} from './turn-context.js';

/** Write that an invocation has ended. Undefined where it had been given up before: an expected outcome, and nothing is changed. */
export const endInvocation = (
	{desk, statements}: Turn,
	invocation: LiveInvocation,
	end: Pick<InvocationEnd, 'state'> & Partial<InvocationEnd>,
): 'ended' | 'stale' => {
	desk.touch();
	const {changes} = statements.invocations.endIfLive.run({
		id: invocation.id,
		exit_code: null,
		signal: null,
		reason: null,
		message: null,
		progress: invocation.progress ?? null,
		status: invocation.status ?? null,
		peak_memory_bytes: invocation.peakMemory ?? null,
		cpu_s: invocation.cpu ?? null,
		log_bytes: invocation.logBytes,
		started_at: invocation.startedAt ?? null,
		finished_at: desk.now(),
		...end,
	});
	desk.changes().invocations.add(invocation.id);
	desk.changes().workers.add(invocation.worker);
	return changes === 1 ? 'ended' : 'stale';
};

/**
Stop caring about a task's process: its result will be refused. What it holds, and its task's right to the next process, comes free when the worker says that it is gone, so that no two processes of one task ever run at once.
*/
export const giveUp = (turn: Turn, task: TaskDraft, message: string): void => {
	const {desk, books} = turn;
	const invocation = liveOf(turn, task);
	if (!invocation) {
		return;
	}

	endInvocation(turn, invocation, {
		state: 'cancelled',
		reason: 'cancelled',
		message,
	});
	setEnding(turn, invocation, 'dead');
	books.fleet.dying.set(invocation.task, invocation.id);
	desk.after(() => {
		askToEnd(turn, invocation);
	});
};

/** Note why a process is to end: that somebody asked for it must survive this scheduler. */
export const setEnding = (
	{desk, statements}: Turn,
	invocation: LiveInvocation,
	ending: NonNullable<LiveInvocation['ending']>,
): void => {
	desk.touch();
	invocation.ending = ending;
	statements.invocations.setEnding.run(ending, invocation.id);
};

/** Ask the worker to end a process; how it ended will be reported. */
export const askToEnd = ({books}: Turn, {id, worker}: LiveInvocation): void => {
	books.fleet.workers.get(worker)?.link?.cancel(id, {forget: false});
};

export const liveOf = (
	{books}: Turn,
	{row}: TaskDraft,
): LiveInvocation | undefined =>
	isRunning(row.state) && row.invocation_id !== null
		? books.fleet.live.get(row.invocation_id)
		: undefined;

/** The process is gone: what it held is free. */
export const letGo = (
	{desk, books, statements, recheckWorkers}: Turn,
	invocation: LiveInvocation,
): void => {
	release(books.fleet, invocation);
	if (invocation.ending === 'dead') {
		statements.invocations.setEnding.run(null, invocation.id);
		statements.invocations.deleteIfOrphan.run(invocation.id);
	}

	if (books.fleet.dying.get(invocation.task) === invocation.id) {
		books.fleet.dying.delete(invocation.task);
	}

	books.fresh.add(invocation.worker);
	desk.changes().workers.add(invocation.worker);
	desk.changes().invocations.add(invocation.id);
	if (Object.keys(invocation.limits).length > 0) {
		recheckWorkers();
	}
};
