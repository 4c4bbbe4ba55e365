import {tasksByState} from '../views/task-list.js';
import type {ViewContext} from '../views/view-context.js';
import {workerState} from '../views/worker-shape.js';
import {coresOf} from '../fleet.js';
import type {TurnChanges} from '../turn-changes.js';

/** What happened in one step of time, and how the farm stood in it. */
export type PulseStep = {
	/** Counts steps since 1970: times `pulseStepMs` it is when the step began. */
	readonly id: number;
	/** Tasks that changed their state; one that did so several times in a turn counts once. */
	moved: number;
	/** Tasks whose process ended, however it did. */
	ended: number;
	/** Tasks that went into error. */
	failed: number;
	/** As it stood when the step was last looked at: tasks, and cores of the workers that are here. */
	running: number;
	queued: number;
	errors: number;
	cpus: number;
	cpus_used: number;
	workers: number;
};

export type PulseLog = {
	/** Oldest first. A step in which nothing happened is not in it: the farm stood as at the end of the one before. */
	readonly list: () => readonly PulseStep[];
	readonly onCommit: (changes: TurnChanges) => void;
};

/** Milliseconds. */
export const pulseStepMs = 10_000;
const mostSteps = 360;

/** How the last hour went, in memory. It is written along with turns, so a farm in which nothing happens costs nothing. */
export const createPulseLog = (
	context: Pick<ViewContext, 'books' | 'clock'>,
): PulseLog => {
	const {books, clock} = context;
	let steps: PulseStep[] = [];

	const stand = () => {
		const tasks = tasksByState(context);
		const sum = (...states: ReadonlyArray<keyof typeof tasks>): number =>
			states.reduce((total, state) => total + (tasks[state] ?? 0), 0);
		const {fleet} = books();
		const workers = fleet.workers
			.values()
			.filter((worker) =>
				['idle', 'busy', 'draining'].includes(workerState(worker)),
			)
			.toArray();
		const {total, held} = coresOf(fleet, workers);
		return {
			running: sum('invoking', 'in_progress'),
			queued: sum('ready'),
			errors: sum('error'),
			cpus: total,
			cpus_used: held,
			workers: workers.length,
		};
	};

	const current = (): PulseStep => {
		const id = Math.floor(clock.now() / pulseStepMs);
		const last = steps.at(-1);
		if (last !== undefined && last.id >= id) {
			return last;
		}

		const step = {id, moved: 0, ended: 0, failed: 0, ...stand()};
		steps.push(step);
		// Cut rarely, so that a new step does not copy them all.
		if (steps.length > 2 * mostSteps) {
			steps = steps.slice(-mostSteps);
		}

		return step;
	};

	return {
		list() {
			Object.assign(current(), stand());
			const first = Math.floor(clock.now() / pulseStepMs) - mostSteps;
			return steps.filter(({id}) => id > first).map((step) => ({...step}));
		},
		onCommit(changes) {
			if (changes.tasks.size === 0 && changes.workers.size === 0) {
				return;
			}

			const step = current();
			for (const {was, now} of changes.tasks.values()) {
				if (was === now) {
					continue;
				}

				step.moved++;
				if (was === 'in_progress') {
					step.ended++;
				}

				if (now === 'error') {
					step.failed++;
				}
			}
		},
	};
};
