import {taskStates} from '../core/task-state.js';
import type {NodeShape} from '../net/messages/shapes.js';
import type {Output} from './output.js';
import {paintState} from './task-table.js';

/** `3 ready, 2 in_progress`, in the order in which a task goes through them; the dead are left out. */
export const countsText = (
	counts: NodeShape['counts'],
	output: Output,
): string =>
	taskStates
		.filter((state) => state !== 'dead' && (counts[state] ?? 0) > 0)
		.map((state) => paintState(output, state, `${counts[state]} ${state}`))
		.join(', ');
