import {FarmError} from '../../core/errors.js';
import type {GroupId, TaskId} from '../../core/ids.js';
import type {Submission} from '../../net/messages/client.js';
import {checkAttributes} from '../attribute-limit.js';
import {checkEnvironment} from '../task-requirements.js';
import {type Operation, type Turn} from '../turn-context.js';

/** What is let go of soon is never moved to where memory is looked through seldom. */
const madeAtOnce = 1024;

/** Create tasks, all or none. A task that names no group gets one of its own, `NAME#ID`, so that it can be found. */
export const submitTasks =
	(submissions: readonly Submission[], creator: string): Operation<TaskId[]> =>
	(turn) => {
		const {books, desk} = turn;
		for (const {node, environment, attributes} of submissions) {
			checkEnvironment(environment);
			checkAttributes(attributes);
			if (!books.graph.byName.has(node)) {
				throw new FarmError('NOT_FOUND', noSuchNode(turn, node));
			}
		}

		return submissions.map((submission, index) => {
			const node = books.graph.byName.get(submission.node);
			if (!node) {
				throw new FarmError('INTERNAL', 'A node went away inside of a turn.');
			}

			const name = submission.name ?? node.name;
			const groups: GroupId[] = [];
			for (const wanted of submission.groups) {
				const {id} = (
					desk.groupByName(wanted) ?? desk.createGroup(wanted, creator)
				).row;
				if (!groups.includes(id)) {
					groups.push(id);
				}
			}

			if (groups.length === 0) {
				const own = `${name}#${books.lastTaskId + 1}`;
				groups.push(
					(desk.groupByName(own) ?? desk.createGroup(own, creator)).row.id,
				);
			}

			const task = desk.createTask({
				name,
				node: node.id,
				state: 'waiting',
				input: node.inputs[0] ?? 'main',
				attributes: submission.attributes,
				environment: submission.environment,
				priority: submission.priority,
				paused: submission.paused,
				groups,
			});
			if (index % madeAtOnce === madeAtOnce - 1) {
				turn.moveOn();
			}

			desk.tidy();
			return task.row.id;
		});
	};

/** For errors: says which nodes there are, if they are few. */
const noSuchNode = ({books}: Turn, name: string): string => {
	const names = books.graph.byName.keys().toArray();
	return names.length === 0
		? `There is no node "${name}": the graph is empty. Apply one with "lifeblood graph apply FILE".`
		: `There is no node "${name}"${names.length <= 12 ? `: there are ${names.join(', ')}` : '; "lifeblood node list" shows those there are'}.`;
};
