import type {Attributes} from '../../core/invocation.js';
import {liveTask, type Asker} from '../live-task.js';
import {attributesOf} from '../task-draft.js';
import type {Operation} from '../turn-context.js';

/** A running process asks what its task carries. */
export const getAttributes =
	(asker: Asker): Operation<Attributes> =>
	(turn) =>
		attributesOf(liveTask(turn, asker));
