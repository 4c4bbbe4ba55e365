import {FarmError} from '../../core/errors.js';
import type {TaskId} from '../../core/ids.js';
import type {Attributes, EnvironmentRequest} from '../../core/invocation.js';
import {spawnChildren} from '../apply-result.js';
import {checkAttributes} from '../attribute-limit.js';
import {answeredOnce} from '../journal.js';
import {liveTask, type Asker} from '../live-task.js';
import {checkEnvironment} from '../task-requirements.js';
import type {Operation} from '../turn-context.js';

/**
A running process creates a child of its task, which leaves their node by one of its outputs. Not in the journal, as what nodes spawn is not.

@throws {FarmError} `INVALID` where the node has no such output, there is no such environment, or the child would carry too much
*/
export const spawnTask = ({
	asker,
	name,
	attributes,
	environment,
	output,
	requestId,
}: {
	readonly asker: Asker;
	/** Undefined: as its parent's. */
	readonly name: string | undefined;
	readonly attributes: Attributes;
	/** Undefined: as its parent's. */
	readonly environment: EnvironmentRequest | undefined;
	readonly output: string;
	readonly requestId: string;
}): Operation<TaskId> =>
	answeredOnce(requestId, (turn) => {
		const parent = liveTask(turn, asker);
		const node = turn.books.graph.nodes.get(parent.row.node_id);
		if (!node) {
			throw new FarmError(
				'CONFLICT',
				`The node of task ${parent.row.id} was deleted: nothing can leave it.`,
			);
		}

		if (!node.outputs.includes(output)) {
			throw new FarmError(
				'INVALID',
				`Node ${node.name} has no output "${output}" for a task to leave by, only ${node.outputs.join(', ')}.`,
			);
		}

		checkEnvironment(environment);
		checkAttributes(attributes);
		turn.desk.touch();
		const [id] = spawnChildren(turn, parent, [
			{
				name: name ?? parent.row.name,
				attributes,
				...(environment && {environment}),
				output,
			},
		]);
		if (id === undefined) {
			throw new FarmError('INTERNAL', 'A task was spawned and has no id.');
		}

		return id;
	});
