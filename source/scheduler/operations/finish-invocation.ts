import type {InvocationId, WorkerId} from '../../core/ids.js';
import type {
	InvocationMeasures,
	InvocationOutcome,
	InvocationRequest,
} from '../../core/invocation.js';
import {avoid} from '../books.js';
import type {LiveInvocation} from '../fleet.js';
import {endInvocation, letGo} from '../invocations.js';
import {type Operation, type Turn} from '../turn-context.js';
import type {TaskDraft} from '../task-draft.js';
import {workOf} from '../work.js';

/**
A worker says that a process has ended. `stale` when that invocation was given up meanwhile: its task may run elsewhere, and this report changes nothing but that what it held is free.
*/
export const finishInvocation =
	({
		invocation,
		worker,
		outcome,
		measures,
	}: {
		readonly invocation: InvocationId;
		readonly worker: WorkerId;
		readonly outcome: InvocationOutcome;
		readonly measures: InvocationMeasures;
	}): Operation<'finished' | 'stale'> =>
	(turn) => {
		const {desk, books} = turn;
		const live = books.fleet.live.get(invocation);
		if (live?.worker !== worker) {
			return 'stale';
		}

		desk.touch();
		letGo(turn, live);
		if (live.ending === 'dead') {
			return 'stale';
		}

		live.startedAt = measures.started_at;
		live.peakMemory = measures.peak_memory_bytes ?? undefined;
		live.cpu = measures.cpu_s ?? undefined;
		live.logBytes = measures.log_bytes;
		live.progress = measures.percent ?? live.progress;
		live.status = measures.status ?? live.status;
		const verdict = judge(turn, live, outcome);
		if (
			endInvocation(turn, live, {
				...verdict.end,
				finished_at: Math.max(measures.finished_at, measures.started_at),
			}) === 'stale'
		) {
			return 'stale';
		}

		const task = desk.task(live.task);
		if (task?.row.invocation_id !== invocation) {
			return 'stale';
		}

		conclude(turn, task, {live, verdict});
		return 'finished';
	};

/** An invocation of which nothing will be heard any more. */
export const loseInvocation = (
	turn: Turn,
	live: LiveInvocation,
	{
		reason,
		message,
		avoid: keepAway,
	}: {
		readonly reason: string;
		readonly message: string;
		readonly avoid: boolean;
	},
): void => {
	const {desk} = turn;
	letGo(turn, live);
	const ended = endInvocation(turn, live, {
		state: live.ending === 'cancelled' ? 'cancelled' : 'lost',
		reason,
		message,
	});
	const task = desk.task(live.task);
	if (ended === 'stale' || task?.row.invocation_id !== live.id) {
		return;
	}

	conclude(turn, task, {
		live,
		verdict: {
			next: live.ending === undefined ? 'again' : endings[live.ending],
			end: {state: 'lost', reason, message},
			keepAway,
		},
	});
};

type Verdict = {
	/** What becomes of the task. */
	readonly next:
		'good' | 'again' | 'postponed' | 'error' | 'cancelled' | 'restart';
	readonly end: {
		readonly state: 'finished' | 'cancelled' | 'lost';
		readonly exit_code?: number;
		readonly signal?: string;
		readonly reason?: string;
		readonly message?: string;
	};
	/** From this machine, for a while. */
	readonly keepAway: boolean;
};

const endings = {
	cancelled: 'cancelled',
	restart: 'restart',
	dead: 'cancelled',
} as const;

const judge = (
	turn: Turn,
	live: LiveInvocation,
	outcome: InvocationOutcome,
): Verdict => {
	if (live.ending !== undefined) {
		return {
			next: endings[live.ending],
			end: {
				state: 'cancelled',
				reason: 'cancelled',
				message:
					live.ending === 'restart'
						? 'Ended for a restart.'
						: 'Cancelled by hand.',
				...(outcome.kind === 'exited' && {exit_code: outcome.exit_code}),
				...(outcome.kind === 'signalled' && {signal: outcome.signal}),
			},
			keepAway: false,
		};
	}

	switch (outcome.kind) {
		case 'exited': {
			const work: InvocationRequest | undefined = workOf(turn, live.task);
			const code = outcome.exit_code;
			const end = {state: 'finished', exit_code: code} as const;
			if (work ? work.process.good_exit_codes.includes(code) : code === 0) {
				return {next: 'good', end, keepAway: false};
			}

			const mayRetry = work?.process.retry_exit_codes.includes(code) ?? false;
			return {
				next: mayRetry ? 'again' : 'error',
				end: {
					...end,
					reason: 'exit',
					message: `The process ended with exit code ${code}.`,
				},
				keepAway: false,
			};
		}

		case 'signalled': {
			return {
				next: 'error',
				end: {
					state: 'finished',
					signal: outcome.signal,
					reason: 'signal',
					message: `The process was ended by ${outcome.signal}.`,
				},
				keepAway: false,
			};
		}

		case 'not_started': {
			return {
				next: 'again',
				end: {
					state: 'finished',
					reason: 'not_started',
					message: outcome.message,
				},
				keepAway: true,
			};
		}

		case 'unable': {
			// It takes nothing more until it says that it can again.
			return {
				next: 'postponed',
				end: {state: 'finished', reason: 'unable', message: outcome.message},
				keepAway: false,
			};
		}

		case 'limit': {
			return {
				next: 'error',
				end: {
					state: 'finished',
					reason: `${outcome.limit}_limit`,
					message: outcome.message,
				},
				keepAway: false,
			};
		}

		case 'failed': {
			return {
				next: 'error',
				end: {state: 'finished', reason: 'failed', message: outcome.message},
				keepAway: false,
			};
		}

		case 'vanished': {
			return {
				next: 'again',
				end: {state: 'lost', reason: 'vanished', message: outcome.message},
				keepAway: true,
			};
		}

		case 'cancelled': {
			return {
				next: 'again',
				end: {
					state: 'lost',
					reason: 'lost',
					message:
						'The worker ended it of its own accord: it was stopped, or had lost its scheduler for too long.',
				},
				keepAway: false,
			};
		}
	}
};

const conclude = (
	turn: Turn,
	task: TaskDraft,
	{live, verdict}: {readonly live: LiveInvocation; readonly verdict: Verdict},
): void => {
	const {desk, books, statements, settings} = turn;
	const output = task.row.output === null ? {} : {output: task.row.output};
	const worker =
		books.fleet.workers.get(live.worker)?.row.name ?? String(live.worker);
	if (verdict.keepAway) {
		const until = desk.now() + settings.avoidS * 1000;
		statements.invocations.avoid.run(task.row.id, live.machine, until);
		avoid(books.fleet, task.row.id, {machine: live.machine, until});
	}

	if (
		verdict.next !== 'again' &&
		verdict.next !== 'postponed' &&
		books.fleet.avoided.delete(task.row.id)
	) {
		statements.invocations.forgetAvoided.run(task.row.id);
	}

	const {exit_code: exitCode, signal, reason = '', message = ''} = verdict.end;
	const facts = {
		invocation: live.id,
		worker,
		attempt: live.attempt,
		...(exitCode !== undefined && {exit_code: exitCode}),
		...(signal !== undefined && {signal}),
	};
	switch (verdict.next) {
		case 'good': {
			desk.place(task, {state: 'post_waiting', ...output});
			return;
		}

		case 'postponed': {
			task.row.attempts = live.attempt - 1;
			desk.place(task, {state: 'ready', note: message, ...output});
			return;
		}

		case 'restart': {
			task.row.attempts = 0;
			desk.place(task, {state: 'ready', note: 'restarted', ...output});
			return;
		}

		case 'cancelled': {
			desk.place(task, {
				state: 'error',
				details: {reason: 'cancelled', message: 'Cancelled by hand.', ...facts},
				...output,
			});
			return;
		}

		case 'again': {
			const allowed = allowedAttempts(turn, task);
			if (live.attempt < allowed) {
				desk.place(task, {
					state: 'ready',
					note: `${message} Attempt ${live.attempt} of ${allowed}.`,
					...output,
				});
				return;
			}

			desk.place(task, {
				state: 'error',
				details: {
					reason,
					message: `${message} That was attempt ${live.attempt} of ${allowed}, on ${worker}.`,
					...facts,
				},
				...output,
			});
			return;
		}

		case 'error': {
			desk.place(task, {
				state: 'error',
				details: {
					reason,
					message: `${asSentence(message)} It ran on ${worker}.`,
					...facts,
				},
				...output,
			});
		}
	}
};

/** What a job says of its failure often has no full stop. */
const asSentence = (text: string): string =>
	/[!.?…]$/v.test(text) ? text : `${text}.`;

const allowedAttempts = (turn: Turn, task: TaskDraft): number => {
	const own = workOf(turn, task.row.id)?.attempts ?? 0;
	return own > 0 ? own : turn.settings.attempts;
};
