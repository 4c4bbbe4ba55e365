import type {TaskId} from '../../source/core/ids.js';
import type {JsonObject} from '../../source/core/json.js';
import type {Connection} from '../../source/db/open.js';
import {expectEqual} from '../measure/expect.js';
import type {Client} from './start-farm.js';

export type GraphText = {
	readonly nodes: Readonly<
		Record<string, {readonly type: string; readonly parameters?: JsonObject}>
	>;
	readonly connections?: readonly string[];
};

export const applyGraph = async (
	client: Client,
	{nodes, connections = []}: GraphText,
): Promise<void> => {
	const {faults} = await client.request('graph.apply', {
		document: {
			nodes: Object.fromEntries(
				Object.entries(nodes).map(([name, {type, parameters = {}}]) => [
					name,
					{type, parameters},
				]),
			),
			connections: [...connections],
		},
	});
	expectEqual('the faults of the graph', faults, []);
};

export type Work = {
	readonly node: string;
	readonly group: string;
	readonly count: number;
	readonly attributes?: (index: number) => JsonObject;
};

/** As many as one request may carry. */
const tasksPerRequest = 10_000;

/** Submits tasks in bulk over one connection, without waiting between the requests. */
export const submitMany = async (
	client: Client,
	{node, group, count, attributes = () => ({})}: Work,
): Promise<TaskId[]> => {
	const requests: Array<Promise<{readonly ids: TaskId[]}>> = [];
	for (let from = 0; from < count; from += tasksPerRequest) {
		const length = Math.min(tasksPerRequest, count - from);
		requests.push(
			client.request('task.submit_many', {
				tasks: Array.from({length}, (_, index) => ({
					node,
					groups: [group],
					attributes: attributes(from + index),
				})),
			}),
		);
	}

	const answers = await Promise.all(requests);
	return answers.flatMap(({ids}) => ids);
};

/** Resolves when all of a group is at rest. */
export const waitForGroup = async (
	client: Client,
	group: string,
): Promise<void> => {
	const {at_rest: isAtRest, errors} = await client.request('group.wait', {
		names: [group],
	});
	expectEqual(`whether ${group} is at rest`, isAtRest, true);
	expectEqual(`the number of errors in ${group}`, errors, 0);
};

/** How many tasks of a group are in which state. */
export const statesOf = (
	connection: Connection,
	group: string,
): Record<string, number> =>
	Object.fromEntries(
		connection
			.prepare<[string], {state: string; n: number}>(
				'SELECT state, count(*) AS n FROM tasks JOIN task_groups ON task_id = tasks.id JOIN groups ON groups.id = group_id WHERE groups.name = ? GROUP BY state',
			)
			.all(group)
			.map(({state, n}) => [state, n]),
	);
