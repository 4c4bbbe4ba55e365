import type {Attributes} from '../../core/invocation.js';
import {answeredOnce} from '../journal.js';
import {liveTask, type Asker} from '../live-task.js';
import type {Operation} from '../turn-context.js';
import {changeAttributes, noteChange} from './set-task.js';

/**
A running process changes what its task carries. Not in the journal: like what a node does with a task it is the farm's own work, and may come many times a second.
*/
export const setAttributes = ({
	asker,
	set,
	remove,
	requestId,
}: {
	readonly asker: Asker;
	readonly set: Attributes;
	/** Those that are not there are passed over. */
	readonly remove: readonly string[];
	readonly requestId: string;
}): Operation<void> =>
	answeredOnce(requestId, (turn) => {
		const task = liveTask(turn, asker);
		changeAttributes(turn, task, {set, remove});
		noteChange(turn, task);
	});
