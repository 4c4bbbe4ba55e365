import type {NodeId} from '../core/ids.js';
import {fail, type Phase} from './apply-result.js';
import {callNode} from './call-node.js';
import type {FarmNode} from './farm-graph.js';
import {leave} from './route.js';
import {settle} from './settle.js';
import {takeToSlowLane} from './slow-lane.js';
import type {TaskDraft} from './task-draft.js';
import type {Turn} from './turn-context.js';

/** How much one turn does before it commits and lets others have their turn. */
export type Budget = {
	/** Says whether there is time left; asked now and then. */
	readonly goOn: () => boolean;
	/** Milliseconds that never go back. */
	readonly elapsed: () => number;
	/** At most this many tasks from the database. */
	readonly tasks: number;
};

/**
Process and route tasks until nothing is left to do, or the budget is spent. A task goes through as many nodes as it can in one turn; what is left stays queued in the database for the next turn.

@returns whether something is left
*/
export const advance = (turn: Turn, budget: Budget): boolean => {
	const {desk, books, statements} = turn;
	let taken = 0;
	for (;;) {
		if (!exhaustFrontier(turn, budget)) {
			return true;
		}

		if (books.queued.advance.size === 0 || taken >= budget.tasks) {
			break;
		}

		// The counts are of what is written, so write before looking.
		desk.writeTasks();
		desk.tidy();
		const page = Math.min(pageSize, budget.tasks - taken);
		const nodes = books.queued.advance.keys().take(page).toArray();
		const share = Math.max(1, Math.floor(page / nodes.length));
		let found = 0;
		for (const node of nodes) {
			for (const row of statements.tasks.queued.advance.all(node, share)) {
				found += 1;
				desk.requeue(desk.keep(row));
			}
		}

		if (found === 0) {
			break;
		}

		taken += found;
	}

	return books.queued.advance.size > 0;
};

/** So many tasks are read at a time: what a turn has no time left for would be read in vain. */
const pageSize = 256;

/**
Process and route the tasks that are at hand, and those that they make, as long as there is time. A task that is made and ends in one turn is written only once.

All elements of a divided task have to be made in one turn, however many they are. As long as moving them on takes no longer than making and writing them, they are moved on beyond that time too: later it would take as long again to write them a second time.

@returns false when the time ran out first; the rest is queued in the database too
*/
export const exhaustFrontier = (
	turn: Turn,
	budget: Pick<Budget, 'goOn' | 'elapsed'>,
): boolean => {
	const {desk} = turn;
	/** Behind a task that is divided into many: they have their turn when it has all of its elements. */
	const aside: Array<{
		readonly making: number;
		readonly tasks: readonly TaskDraft[];
	}> = [];
	const pace = createPace(budget);
	let steps = 0;
	for (;;) {
		if (!desk.hasNext()) {
			const last = aside.at(-1);
			if (last && desk.making() <= last.making) {
				aside.pop();
				desk.putBack(last.tasks);
				continue;
			}

			pace.moved();
			if (!desk.makeSome()) {
				return true;
			}

			pace.made();
		}

		const batch = desk.nextMany();
		for (const [index, task] of batch.entries()) {
			const making = desk.making();
			if (desk.holds(task) && task.row.queue === 'advance') {
				desk.take(task.row.id);
				step(turn, task);
				desk.take(undefined);
				steps += 1;
			}

			if (steps === stepsAtOnce) {
				steps = 0;
				desk.tidy();
				pace.moved();
				if (!budget.goOn() && (desk.making() === 0 || pace.isSlow())) {
					desk.putBack([
						...batch.slice(index + 1),
						...aside.flatMap(({tasks}) => tasks),
					]);
					desk.makeRest();
					return false;
				}
			}

			if (desk.making() > making) {
				aside.push({making, tasks: batch.slice(index + 1)});
				break;
			}
		}
	}
};

/** Moving on may take so many times as long as making and writing; it is a fraction of that, unless nodes take their time. */
const patience = 2;
/** What the first portions take, of which nothing was written yet, says little. */
const leastMs = 50;

/** Of tasks that are made and moved on in portions: how long the one takes and the other. */
const createPace = ({elapsed}: Pick<Budget, 'elapsed'>) => {
	let makingMs = 0;
	let movingMs = 0;
	let since = elapsed();
	const lap = (): number => {
		const before = since;
		since = elapsed();
		return since - before;
	};

	return {
		made(): void {
			makingMs += lap();
		},
		/** What was moved on before the first were made does not count. */
		moved(): void {
			const tookMs = lap();
			movingMs += makingMs === 0 ? 0 : tookMs;
		},
		isSlow: () => movingMs > leastMs + patience * makingMs,
	};
};

/** So many steps are made before the time is looked at. */
const stepsAtOnce = 64;

const step = (turn: Turn, task: TaskDraft): void => {
	const {state, output} = task.row;
	switch (state) {
		case 'waiting': {
			processTask(turn, task, 'process');
			return;
		}

		case 'post_waiting': {
			processTask(turn, task, 'postprocess');
			return;
		}

		case 'done':
		case 'spawned': {
			leave(turn, task, output ?? 'main');
			return;
		}

		case 'generating':
		case 'waiting_blocked':
		case 'ready':
		case 'invoking':
		case 'in_progress':
		case 'post_generating':
		case 'post_waiting_blocked':
		case 'splitted':
		case 'error':
		case 'dead': {
			// Nothing is to be done with it: then it belongs into no queue.
			turn.desk.requeue(task);
		}
	}
};

const processTask = (turn: Turn, task: TaskDraft, phase: Phase): void => {
	const node = nodeOf(turn, task.row.node_id);
	if (!node) {
		fail(turn, task, {
			reason: 'node',
			message: `Its node (${task.row.node_id}) is not there any more: move it to another one.`,
		});
		return;
	}

	if (phase === 'postprocess' && !node.definition?.postprocess) {
		leave(turn, task, task.row.output ?? node.outputs[0] ?? 'main');
		return;
	}

	const answer = callNode(turn, task, {node, phase, pace: 'quick'});
	switch (answer.kind) {
		case 'slow': {
			turn.desk.requeue(task, true);
			return;
		}

		case 'promise': {
			takeToSlowLane(turn, task, {node, phase, answer});
			return;
		}

		case 'result':
		case 'failed': {
			settle(turn, task, {node, phase, answer});
		}
	}
};

const nodeOf = ({books}: Turn, id: NodeId): FarmNode | undefined =>
	books.graph.nodes.get(id);
