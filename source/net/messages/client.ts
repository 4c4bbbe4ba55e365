import {z} from 'zod';
import {restingStates} from '../../core/task-state.js';
import {method} from './method.js';
import {
	connectionShape,
	environmentShape,
	groupShape,
	invocationIdShape,
	invocationShape,
	jsonObjectShape,
	jsonShape,
	journalShape,
	limitShape,
	logMarksShape,
	nameShape,
	nodeShape,
	taskFilterShape,
	taskIdShape,
	taskSelectionShape,
	taskShape,
	workerShape,
} from './shapes.js';

/** Sent again within an hour with the same value, a request gets its first answer. */
const requestId = z.string().min(1).max(128).optional();
const empty = z.strictObject({});
const page = {
	limit: z.number().int().positive().max(10_000).default(1000),
	after: z.number().int().nonnegative().default(0),
};

const submission = z.strictObject({
	/** The node's name. */
	node: nameShape,
	/** Absent: the node's name. */
	name: nameShape.optional(),
	attributes: jsonObjectShape.default({}),
	/** Created where they are not there yet; none: a group of its own, `NAME#ID`. */
	groups: z.array(nameShape).max(64).default([]),
	priority: z.number().min(-1_000_000).max(1_000_000).default(0),
	environment: environmentShape.optional(),
	paused: z.boolean().default(false),
});

export type Submission = z.output<typeof submission>;

/** How many tasks were changed, and which were not, with the reason. */
const actionResult = z.strictObject({
	changed: z.number().int(),
	skipped: z.array(z.strictObject({id: taskIdShape, reason: z.string()})),
});

const nodeTypeShape = z.looseObject({
	type: z.string(),
	label: z.string(),
	tags: z.array(z.string()),
	description: z.string(),
	inputs: z.array(z.string()),
	/** With the default parameters. */
	outputs: z.array(z.string()),
	/** The schema of each, by name, as in the node type's definition. */
	parameters: z.record(z.string(), jsonObjectShape),
	plugin: z.string().nullable(),
});

/** A graph file as data: see the command line's page on the graph file. */
export const graphDocumentShape = z.strictObject({
	nodes: z.record(
		nameShape,
		z.strictObject({
			type: z.string(),
			parameters: jsonObjectShape.default({}),
			enabled: z.boolean().optional(),
			position: z.tuple([z.number(), z.number()]).optional(),
		}),
	),
	/** `from.output -> to.input`; the output and input may be left out. */
	connections: z.array(z.string()).default([]),
});

export type GraphDocument = z.output<typeof graphDocumentShape>;

const graphFault = z.strictObject({
	/** Where in the document: `['nodes', 'render', 'parameters', 'cpus']`. */
	path: z.array(z.union([z.string(), z.number()])),
	message: z.string(),
});

const graphChange = z.strictObject({
	kind: z.enum(['add', 'change', 'remove']),
	what: z.enum(['node', 'connection']),
	name: z.string(),
	/** What differs, in words: `cpus: 1 → 2`. */
	details: z.array(z.string()),
});

const graphOutcome = z.strictObject({
	changes: z.array(graphChange),
	faults: z.array(graphFault),
});

const presetShape = z.strictObject({
	/** The node type's name. */
	type: z.string(),
	name: nameShape,
	/** What is not among them stays as it is in a node that takes it. */
	parameters: jsonObjectShape,
});

const restOutcome = z.strictObject({
	at_rest: z.boolean(),
	/** How many of all these tasks are in error. */
	errors: z.number().int(),
	live: z.number().int(),
});

const watchKinds = [
	'groups',
	'graph',
	'tasks',
	'workers',
	'task',
	'log',
	'events',
	'pulse',
	'places',
] as const;

/** Requests that a scheduler serves for viewers and clients. */
export const clientToScheduler = {
	hello: method({
		description: 'The first message on every connection.',
		access: 'anyone',
		// Not strict, either of them: another minor version may say more.
		params: z.object({
			role: z.enum(['worker', 'viewer', 'client']),
			protocol: z.tuple([z.number().int(), z.number().int()]),
			version: z.string().max(64),
			name: z.string().max(256),
			user: z.string().max(256).default(''),
		}),
		result: z.object({
			farm: z.string(),
			database_id: z.string(),
			version: z.string(),
			protocol: z.tuple([z.number().int(), z.number().int()]),
			access: z.enum(['view', 'change']),
			insecure: z.boolean(),
		}),
	}),
	ping: method({
		description: 'Are you there?',
		access: 'anyone',
		params: empty,
		result: empty,
	}),
	'farm.info': method({
		description: 'The farm, its database and what goes on, in numbers.',
		access: 'view',
		params: empty,
		result: z.looseObject({
			farm: z.string(),
			version: z.string(),
			database: z.string(),
			database_id: z.string(),
			insecure: z.boolean(),
			started_at: z.string(),
			listening: z.array(z.string()),
			pid: z.number().int(),
			/** Tasks by state. */
			tasks: z.record(z.string(), z.number().int()),
			workers: z.record(z.string(), z.number().int()),
			nodes: z.number().int(),
		}),
	}),

	'task.submit': method({
		description: 'Create a task in a node.',
		access: 'change',
		params: submission.extend({request_id: requestId}),
		result: z.strictObject({id: taskIdShape}),
	}),
	'task.submit_many': method({
		description: 'Create tasks, all or none.',
		access: 'change',
		params: z.strictObject({
			tasks: z.array(submission).min(1).max(10_000),
			request_id: requestId,
		}),
		result: z.strictObject({ids: z.array(taskIdShape)}),
	}),
	'task.list': method({
		description: 'Tasks by id, a page at a time.',
		access: 'view',
		params: z.strictObject({
			filter: taskFilterShape.default({dead: false, archived: false}),
			...page,
		}),
		result: z.strictObject({tasks: z.array(taskShape), more: z.boolean()}),
	}),
	'task.get': method({
		description: 'One task.',
		access: 'view',
		params: z.strictObject({id: taskIdShape}),
		result: taskShape,
	}),
	'task.wait': method({
		description:
			'Answered when the tasks and all that they spawned or were split into are at rest, or when the time is over.',
		access: 'view',
		params: z.strictObject({
			ids: z.array(taskIdShape).min(1).max(10_000),
			timeout_s: z.number().positive().optional(),
		}),
		result: restOutcome,
	}),
	'task.act': method({
		description: 'Pause, resume, cancel, retry, kill, restart or revive tasks.',
		access: 'change',
		params: z.strictObject({
			action: z.enum([
				'pause',
				'resume',
				'cancel',
				'retry',
				'kill',
				'restart',
				'revive',
			]),
			select: taskSelectionShape,
			request_id: requestId,
		}),
		result: actionResult,
	}),
	'task.move': method({
		description: 'Move tasks to another node.',
		access: 'change',
		params: z.strictObject({
			select: taskSelectionShape,
			to: nameShape,
			/** Absent: the node's first. */
			input: z.string().optional(),
			request_id: requestId,
		}),
		result: actionResult,
	}),
	'task.force': method({
		description: 'Set tasks to a resting state by hand.',
		access: 'change',
		params: z.strictObject({
			select: taskSelectionShape,
			state: z.enum(restingStates),
			request_id: requestId,
		}),
		result: actionResult,
	}),
	'task.set': method({
		description: 'Change what a task carries.',
		access: 'change',
		params: z.strictObject({
			id: taskIdShape,
			attributes: jsonObjectShape.default({}),
			delete: z.array(z.string()).max(10_000).default([]),
			name: nameShape.optional(),
			priority: z.number().min(-1_000_000).max(1_000_000).optional(),
			/** Replaces its groups. */
			groups: z.array(nameShape).min(1).max(64).optional(),
			/** Null: none. */
			environment: environmentShape.nullable().optional(),
			request_id: requestId,
		}),
		result: taskShape,
	}),
	'task.history': method({
		description: "A task's way through the graph, oldest first.",
		access: 'view',
		params: z.strictObject({
			id: taskIdShape,
			limit: z.number().int().positive().max(10_000).default(1000),
		}),
		result: z.strictObject({
			steps: z.array(
				z.strictObject({
					at: z.string(),
					node: z.string(),
					state: z.string(),
					detail: z.string().nullable(),
				}),
			),
		}),
	}),
	'task.explain': method({
		description: 'Why a task is where it is.',
		access: 'view',
		params: z.strictObject({id: taskIdShape}),
		result: z.looseObject({
			id: taskIdShape,
			state: z.string(),
			/** One sentence. */
			summary: z.string(),
			since: z.string(),
			/** For a ready task: each worker with what it does not meet; empty where it could run there. */
			workers: z.array(
				z.strictObject({worker: z.string(), unmet: z.array(z.string())}),
			),
			/** For a blocked task: whom it waits for. */
			waits_for: z.array(z.string()),
		}),
	}),
	'task.invocations': method({
		description: 'The invocations of a task, oldest first.',
		access: 'view',
		params: z.strictObject({id: taskIdShape}),
		result: z.strictObject({invocations: z.array(invocationShape)}),
	}),
	'log.read': method({
		description:
			"Bytes of an invocation's log, while it grows too. A negative offset counts from the end.",
		access: 'view',
		params: z.strictObject({
			invocation: invocationIdShape,
			offset: z.number().int(),
			limit: z.number().int().positive().max(1_048_576).default(262_144),
		}),
		result: z.strictObject({
			/** Base64. */
			data: z.string(),
			/** Where `data` begins. */
			offset: z.number().int().nonnegative(),
			size: z.number().int().nonnegative(),
			/** The invocation has ended, and so has the log. */
			complete: z.boolean(),
		}),
	}),
	'log.marks': method({
		description:
			"When the bytes of an invocation's log came, and by which output, for some of them.",
		access: 'view',
		params: z.strictObject({
			invocation: invocationIdShape,
			offset: z.number().int().nonnegative(),
			/** Bytes. */
			limit: z.number().int().positive().max(1_048_576).default(262_144),
		}),
		result: logMarksShape,
	}),

	'group.list': method({
		description: 'Groups, newest first.',
		access: 'view',
		params: z.strictObject({
			archived: z.boolean().default(false),
			name: z.string().max(1024).optional(),
			limit: page.limit,
			/** Only groups older than the one with this id; 0: from the newest. */
			before: z.number().int().nonnegative().default(0),
		}),
		result: z.strictObject({groups: z.array(groupShape), more: z.boolean()}),
	}),
	'group.get': method({
		description: 'One group.',
		access: 'view',
		params: z.strictObject({name: z.string()}),
		result: groupShape,
	}),
	'group.wait': method({
		description:
			'Answered when all tasks of the groups are at rest, or when the time is over.',
		access: 'view',
		params: z.strictObject({
			names: z.array(z.string()).min(1).max(1000),
			timeout_s: z.number().positive().optional(),
		}),
		result: restOutcome,
	}),
	'group.act': method({
		description:
			'Pause, resume, archive, unarchive or delete groups with their tasks, or retry their errors.',
		access: 'change',
		params: z.strictObject({
			action: z.enum([
				'pause',
				'resume',
				'archive',
				'unarchive',
				'delete',
				'retry',
			]),
			names: z.array(z.string()).min(1).max(10_000),
			request_id: requestId,
		}),
		result: z.strictObject({
			changed: z.number().int(),
			tasks: z.number().int(),
		}),
	}),
	'group.set_priority': method({
		description: 'Set the priority of groups.',
		access: 'change',
		params: z.strictObject({
			names: z.array(z.string()).min(1).max(10_000),
			priority: z.number().min(-1_000_000).max(1_000_000),
			request_id: requestId,
		}),
		result: z.strictObject({changed: z.number().int()}),
	}),

	'worker.list': method({
		description: 'Workers, connected and known ones.',
		access: 'view',
		params: empty,
		result: z.strictObject({workers: z.array(workerShape)}),
	}),
	'worker.get': method({
		description: 'One worker, by name or id.',
		access: 'view',
		params: z.strictObject({worker: z.string()}),
		result: workerShape,
	}),
	'worker.act': method({
		description:
			'Drain a worker, let it take work again, stop it, or forget one that is off.',
		access: 'change',
		params: z.strictObject({
			action: z.enum(['drain', 'resume', 'stop', 'forget']),
			workers: z.array(z.string()).min(1).max(10_000),
			request_id: requestId,
		}),
		result: z.strictObject({changed: z.number().int()}),
	}),
	'worker.set_groups': method({
		description:
			"Set a worker's groups; null goes back to what the worker itself says.",
		access: 'change',
		params: z.strictObject({
			worker: z.string(),
			groups: z.array(nameShape).max(1024).nullable(),
			request_id: requestId,
		}),
		result: workerShape,
	}),

	'node.list': method({
		description: "The graph's nodes.",
		access: 'view',
		params: empty,
		result: z.strictObject({
			nodes: z.array(nodeShape),
			connections: z.array(connectionShape),
		}),
	}),
	'node.get': method({
		description: "One node, with every parameter's value.",
		access: 'view',
		params: z.strictObject({name: z.string()}),
		result: nodeShape,
	}),
	'node.types': method({
		description: 'The node types there are.',
		access: 'view',
		params: z.strictObject({type: z.string().optional()}),
		result: z.strictObject({
			types: z.array(nodeTypeShape),
			/** Plugins that could not be loaded. */
			broken: z.array(z.strictObject({file: z.string(), message: z.string()})),
		}),
	}),
	'node.evaluate': method({
		description:
			'What an expression gives for a task in a node; changes nothing.',
		// Expressions see the configuration, which the view-only key does not show.
		access: 'change',
		params: z.strictObject({
			/** Its name. */
			node: z.string(),
			task: taskIdShape,
			expression: z.string().max(65_536),
		}),
		result: z.strictObject({
			/** Null where it failed. */
			value: jsonShape.nullable(),
			/** Why it failed; null where it did not. */
			message: z.string().nullable(),
		}),
	}),
	'node.create': method({
		description: 'Add a node.',
		access: 'change',
		params: z.strictObject({
			name: nameShape,
			type: z.string(),
			parameters: jsonObjectShape.default({}),
			position: z.tuple([z.number(), z.number()]).optional(),
			request_id: requestId,
		}),
		result: nodeShape,
	}),
	'node.set': method({
		description:
			'Change parameters of a node; null takes a parameter back to its default.',
		access: 'change',
		params: z.strictObject({
			name: z.string(),
			parameters: jsonObjectShape.default({}),
			position: z.tuple([z.number(), z.number()]).optional(),
			request_id: requestId,
		}),
		result: nodeShape,
	}),
	'node.rename': method({
		description: 'Give a node another name.',
		access: 'change',
		params: z.strictObject({
			name: z.string(),
			to: nameShape,
			request_id: requestId,
		}),
		result: nodeShape,
	}),
	'node.delete': method({
		description:
			'Delete nodes and their wires. A node with tasks that are not dead is refused.',
		access: 'change',
		params: z.strictObject({
			names: z.array(z.string()).min(1).max(10_000),
			request_id: requestId,
		}),
		result: z.strictObject({deleted: z.number().int()}),
	}),
	'node.act': method({
		description:
			'Pause a node (nothing in it is processed or dispatched), resume it, or retry its errors.',
		access: 'change',
		params: z.strictObject({
			action: z.enum(['pause', 'resume', 'retry_errors']),
			names: z.array(z.string()).min(1).max(10_000),
			request_id: requestId,
		}),
		result: z.strictObject({changed: z.number().int()}),
	}),
	'connection.add': method({
		description: 'Lay a wire.',
		access: 'change',
		params: z.strictObject({
			/** `from.output -> to.input`. */
			connection: z.string(),
			request_id: requestId,
		}),
		result: connectionShape,
	}),
	'connection.remove': method({
		description: 'Take a wire away.',
		access: 'change',
		params: z.strictObject({connection: z.string(), request_id: requestId}),
		result: empty,
	}),
	'graph.apply': method({
		description:
			'Bring the graph to what a document says, by node name; all or nothing.',
		access: 'change',
		params: z.strictObject({
			document: graphDocumentShape,
			/** Take away nodes and wires that the document does not have. */
			prune: z.boolean().default(false),
			/** Only say what would change. */
			dry_run: z.boolean().default(false),
			request_id: requestId,
		}),
		result: graphOutcome,
	}),
	'graph.check': method({
		description:
			'The faults of a document, and what applying it would change; changes nothing.',
		access: 'view',
		params: z.strictObject({
			document: graphDocumentShape,
			prune: z.boolean().default(false),
		}),
		result: graphOutcome,
	}),
	'graph.export': method({
		description:
			'The graph, or some of its nodes with the wires between them, as a document.',
		access: 'view',
		params: z.strictObject({nodes: z.array(z.string()).optional()}),
		result: graphDocumentShape,
	}),

	'preset.list': method({
		description: 'Presets of node parameters, by node type and name.',
		access: 'view',
		params: z.strictObject({type: z.string().optional()}),
		result: z.strictObject({
			presets: z.array(
				presetShape.extend({
					/** A new node of its type starts with it. */
					initial: z.boolean(),
				}),
			),
		}),
	}),
	'preset.save': method({
		description:
			"Keep parameters as a preset for nodes of a type, in a file of the scheduler's configuration.",
		access: 'change',
		params: presetShape.extend({
			/** Write over the one of this name; otherwise it is refused. */
			replace: z.boolean().default(false),
			request_id: requestId,
		}),
		result: presetShape,
	}),
	'preset.delete': method({
		description: 'Delete a preset and its file. Nodes keep what they have.',
		access: 'change',
		params: z.strictObject({
			type: z.string(),
			name: z.string(),
			request_id: requestId,
		}),
		result: empty,
	}),

	'limit.list': method({
		description: 'Farm-wide limits, with what is in use.',
		access: 'view',
		params: empty,
		result: z.strictObject({limits: z.array(limitShape)}),
	}),
	'limit.set': method({
		description: "Set a limit's total; makes it where it is not there.",
		access: 'change',
		params: z.strictObject({
			name: nameShape,
			total: z.number().int().nonnegative(),
			request_id: requestId,
		}),
		result: limitShape,
	}),
	'limit.delete': method({
		description:
			'Delete a limit. Tasks that ask for it cannot run until it is there again.',
		access: 'change',
		params: z.strictObject({name: z.string(), request_id: requestId}),
		result: empty,
	}),

	'key.rotate': method({
		description:
			"Change the farm's key while it runs; the old one is accepted for a day. The answer holds the new keys as join codes. `view_only` is refused: the view-only key is made from the farm's, and changes with it.",
		access: 'change',
		params: z.strictObject({
			view_only: z.boolean().default(false),
			request_id: requestId,
		}),
		result: z.strictObject({
			join_code: z.string(),
			view_only_join_code: z.string(),
		}),
	}),
	'journal.list': method({
		description: 'What people and programs changed, newest first.',
		access: 'view',
		params: z.strictObject({
			limit: page.limit,
			before: z.number().int().nonnegative().default(0),
		}),
		result: z.strictObject({entries: z.array(journalShape), more: z.boolean()}),
	}),
	watch: method({
		description:
			'A snapshot of a window, and from then on `watch.update` notifications, at most ten a second.',
		access: 'view',
		params: z.strictObject({
			what: z.enum(watchKinds),
			/** For `tasks` and `groups`; for `workers` and `events`: the text; for `places`: the group. */
			filter: taskFilterShape.optional(),
			/** For `task`: its id; for `log`: the invocation's id. */
			id: z.number().int().positive().optional(),
			order: z
				.strictObject({by: z.string(), descending: z.boolean().default(false)})
				.optional(),
			window: z
				.strictObject({
					offset: z.number().int().nonnegative(),
					limit: z.number().int().positive().max(1000),
				})
				.default({offset: 0, limit: 100}),
		}),
		result: z.strictObject({watch: z.number().int(), snapshot: jsonShape}),
	}),
	'watch.change': method({
		description:
			'Another filter, order or window for a watch; answered with a new snapshot.',
		access: 'view',
		params: z.strictObject({
			watch: z.number().int(),
			filter: taskFilterShape.optional(),
			order: z
				.strictObject({by: z.string(), descending: z.boolean().default(false)})
				.optional(),
			window: z
				.strictObject({
					offset: z.number().int().nonnegative(),
					limit: z.number().int().positive().max(1000),
				})
				.optional(),
		}),
		result: z.strictObject({snapshot: jsonShape}),
	}),
	unwatch: method({
		description: 'End a watch.',
		access: 'view',
		params: z.strictObject({watch: z.number().int()}),
		result: empty,
	}),
} as const;

/** Notifications from a scheduler to viewers and clients. */
export const schedulerNotices = {
	'watch.update': z.strictObject({
		watch: z.number().int(),
		/** Rows that are new in the window or changed, whole. */
		rows: z.array(jsonShape),
		/** Ids of the window's rows in order; absent where order and membership are as they were. */
		order: z.array(z.number()).optional(),
		/** How many rows the whole list has, and other counts. */
		counts: z.record(z.string(), z.number()).optional(),
	}),
} as const;
