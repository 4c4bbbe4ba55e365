import type {TaskId} from '../../core/ids.js';
import type {clientToScheduler} from '../../net/messages/client.js';
import type {ParamsOf, ResultOf} from '../../net/messages/method.js';
import {explainTask} from './explain.js';
import {exportGraph} from './export-graph.js';
import {farmInfo} from './farm-info.js';
import {getGroup, listGroups} from './group-list.js';
import {invocationShapeOf} from './invocation-shape.js';
import {listJournal} from './journal-list.js';
import {getNode, listNodes} from './node-shape.js';
import {nodeTypes} from './node-types.js';
import {getTask, listTasks} from './task-list.js';
import {taskHistory} from './task-history.js';
import type {ViewContext} from './view-context.js';
import {findWorker, listWorkers, workerShapeOf} from './worker-shape.js';

type Client = typeof clientToScheduler;
type Answer<Name extends keyof Client> = ResultOf<Client, Name>;
type Question<Name extends keyof Client> = ParamsOf<Client, Name>;

/** Of a task that was tried more often, the last ones. */
const invocationsShown = 10_000;

/**
Answers to every request that only looks. Each is worked out between two turns, from what was committed last; its cost follows what it shows, not what there is. What is named and not there is `NOT_FOUND`.
*/
export const createViews = (context: ViewContext) => ({
	'farm.info': (): Answer<'farm.info'> => farmInfo(context),
	async 'task.list'(
		params: Question<'task.list'>,
	): Promise<Answer<'task.list'>> {
		const {tasks, more} = await listTasks(context, params);
		return {tasks: [...tasks], more};
	},
	'task.get': ({id}: {readonly id: TaskId}): Answer<'task.get'> =>
		getTask(context, id),
	'task.history': (params: Question<'task.history'>): Answer<'task.history'> =>
		taskHistory(context, params),
	'task.explain': ({id}: {readonly id: TaskId}): Answer<'task.explain'> =>
		explainTask(context, id),
	'task.invocations'({id}: {readonly id: TaskId}): Answer<'task.invocations'> {
		getTask(context, id);
		const now = context.clock.now();
		return {
			invocations: context.reads.invocations.ofTask
				.all(id, invocationsShown)
				.toReversed()
				.map((row) => invocationShapeOf({books: context.books(), now}, row)),
		};
	},
	async 'group.list'(
		params: Question<'group.list'>,
	): Promise<Answer<'group.list'>> {
		const {groups, more} = await listGroups(context, params);
		return {groups: [...groups], more};
	},
	'group.get': ({name}: Question<'group.get'>): Answer<'group.get'> =>
		getGroup(context, name),
	'worker.list': (): Answer<'worker.list'> => listWorkers(context),
	'worker.get'({worker}: Question<'worker.get'>): Answer<'worker.get'> {
		const {fleet} = context.books();
		return workerShapeOf(fleet, findWorker(fleet, worker));
	},
	'node.list': (): Answer<'node.list'> => listNodes(context),
	'node.get': ({name}: Question<'node.get'>): Answer<'node.get'> =>
		getNode(context, name),
	'node.types': (params: Question<'node.types'>): Answer<'node.types'> =>
		nodeTypes(context.registry, params),
	'limit.list': (): Answer<'limit.list'> => ({
		limits: [...context.books().fleet.limits]
			.map(([name, {total, inUse}]) => ({name, total, in_use: inUse}))
			.toSorted((a, b) => a.name.localeCompare(b.name)),
	}),
	'journal.list': (params: Question<'journal.list'>): Answer<'journal.list'> =>
		listJournal(context, params),
	'graph.export': (params: Question<'graph.export'>): Answer<'graph.export'> =>
		exportGraph(context, params),
});
