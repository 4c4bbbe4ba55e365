import type {clientToScheduler} from '../../net/messages/client.js';
import type {ParamsOf, ResultOf} from '../../net/messages/method.js';
import type {Sandbox} from '../../sandbox/sandbox.js';
import type {SchedulerSettings} from '../turn-context.js';
import {findNode, getNode} from './node-shape.js';
import {getTask} from './task-list.js';
import type {ViewContext} from './view-context.js';

type Client = typeof clientToScheduler;

/**
What an expression gives for a task as it is now, in a node that it need not be in.

@throws {FarmError} `NOT_FOUND`
*/
export const evaluateExpression = async (
	{
		context,
		sandbox,
		settings,
	}: {
		readonly context: Pick<ViewContext, 'reads' | 'books'>;
		readonly sandbox: Pick<Sandbox, 'evaluateLater' | 'check'>;
		readonly settings: Pick<SchedulerSettings, 'globals' | 'nodeConfig'>;
	},
	{node, task: id, expression}: ParamsOf<Client, 'node.evaluate'>,
): Promise<ResultOf<Client, 'node.evaluate'>> => {
	const {name, type} = findNode(context.books().graph, node);
	const task = getTask(context, id);
	const fault = sandbox.check(expression);
	if (fault !== undefined) {
		return {value: null, message: fault};
	}

	const [evaluation] = await sandbox.evaluateLater([expression], {
		task: {
			id,
			name: task.name,
			parent_id: task.parent_id ?? undefined,
			groups: task.groups,
			priority: task.priority,
			split_index: task.split?.index,
			split_count: task.split?.count,
			attributes: task.attributes,
		},
		node: {name, type, parameters: getNode(context, node).parameters},
		config: {
			own: settings.nodeConfig[type] ?? {},
			globals: settings.globals,
		},
	});
	return evaluation?.kind === 'value'
		? {value: evaluation.value, message: null}
		: {value: null, message: evaluation?.message ?? ''};
};
