import type {TaskState} from '../../core/task-state.js';
import type {RestRow} from '../../db/reads/rest.js';
import type {FarmGraph} from '../farm-graph.js';

/**
What a task means for those who wait until nothing moves any more.

- `live`: it goes on by itself, or would, were it not paused
- `blocked`: it waits for others; at rest only where one of those can be in error
- `error`: somebody has to act
- `rest`: nothing will happen to it
*/
export type Rest = 'live' | 'blocked' | 'error' | 'rest';

/** Undefined where the state alone does not say. */
const byState: Readonly<Record<TaskState, Rest | undefined>> = {
	waiting: 'live',
	generating: 'live',
	ready: 'live',
	invoking: 'live',
	in_progress: 'live',
	post_waiting: 'live',
	post_generating: 'live',
	waiting_blocked: 'blocked',
	post_waiting_blocked: 'blocked',
	// Live while a wire leads on.
	done: undefined,
	spawned: undefined,
	// Its elements say it all.
	splitted: 'rest',
	error: 'error',
	dead: 'rest',
};

export const restOfState = (state: TaskState): Rest | undefined =>
	byState[state];

export const restOf = (
	graph: FarmGraph,
	row: Pick<RestRow, 'state' | 'archived' | 'node_id' | 'output'>,
): Rest => {
	// An archived task is out of every queue: whoever waited for it would wait for ever.
	if (row.archived === 1) {
		return 'rest';
	}

	return (
		byState[row.state] ??
		(graph.wiresFrom(row.node_id, row.output ?? 'main').length > 0
			? 'live'
			: 'rest')
	);
};
