import {z} from 'zod';
import {
	groupId,
	invocationId,
	nodeId,
	taskId,
	workerId,
} from '../../core/ids.js';
import {invocationStates} from '../../core/invocation.js';
import type {Json, JsonObject} from '../../core/json.js';
import {workerTypes} from '../../core/requirements.js';
import {taskStates} from '../../core/task-state.js';

const id = z.number().int().positive();

export const taskIdShape = id.transform((value) => taskId(value));
const nodeIdShape = id.transform((value) => nodeId(value));
const groupIdShape = id.transform((value) => groupId(value));
export const workerIdShape = id.transform((value) => workerId(value));
export const invocationIdShape = id.transform((value) => invocationId(value));

export const nameShape = z
	.string()
	.min(1)
	.max(256)
	.refine(
		(value) => !/[\p{Control}&&\p{ASCII}]/v.test(value),
		'must not hold control characters',
	);

/** Any JSON value. What `JSON.parse` gave needs no second look. */
export const jsonShape = z.custom<Json>((value) => value !== undefined);
/** A JSON object, as `JSON.parse` made it. Not a record, which would leave out a name such as `__proto__` without a word. */
export const jsonObjectShape = z.custom<JsonObject>(
	(value) =>
		typeof value === 'object' && value !== null && !Array.isArray(value),
	'Invalid input: expected an object of names and values',
);
/** ISO 8601, UTC. */
const time = z.string();

export const resourcesShape = z.strictObject({
	cpus: z.number().nonnegative(),
	memory_bytes: z.number().nonnegative(),
	gpus: z.number().nonnegative(),
	gpu_memory_bytes: z.number().nonnegative(),
});

/** Name → the version of it, or a list of all that there are. */
export const capabilitiesShape = z.record(
	z.string().min(1).max(256),
	z.union([z.string().max(256), z.array(z.string().max(256)).min(1).max(1024)]),
);

export const environmentShape = z.strictObject({
	/** Empty: the worker's default resolver. */
	resolver: z.string().max(256),
	arguments: jsonObjectShape,
});

/** What is added here is `null` where a task is not in error or blocked. */
const stateDetailsShape = z
	.looseObject({
		/** One word, such as `exit`, `signal`, `lost`, `cancelled`, `process`, `parameter`, `split`. */
		reason: z.string(),
		/** A sentence for people. */
		message: z.string(),
	})
	.nullable();

export const taskShape = z.looseObject({
	id: taskIdShape,
	name: z.string(),
	state: z.enum(taskStates),
	paused: z.boolean(),
	node: z.string(),
	node_id: nodeIdShape,
	input: z.string(),
	output: z.string().nullable(),
	parent_id: taskIdShape.nullable(),
	children_count: z.number().int(),
	active_children_count: z.number().int(),
	split: z
		.strictObject({
			id: z.number().int(),
			origin_id: taskIdShape,
			index: z.number().int(),
			count: z.number().int(),
		})
		.nullable(),
	groups: z.array(z.string()),
	priority: z.number(),
	attributes: jsonObjectShape,
	environment: environmentShape.nullable(),
	attempts: z.number().int(),
	progress: z.number().nullable(),
	state_details: stateDetailsShape,
	/** The live invocation, or null. */
	invocation_id: invocationIdShape.nullable(),
	worker: z.string().nullable(),
	archived: z.boolean(),
	created_at: time,
	changed_at: time,
});

/** A task without what it carries: the rows of a `tasks` watch. */
export const taskLineShape = taskShape.omit({
	attributes: true,
	environment: true,
});

export const invocationShape = z.looseObject({
	id: invocationIdShape,
	task_id: taskIdShape,
	node: z.string(),
	worker: z.string(),
	worker_id: workerIdShape,
	state: z.enum(invocationStates),
	attempt: z.number().int(),
	exit_code: z.number().int().nullable(),
	signal: z.string().nullable(),
	reason: z.string().nullable(),
	message: z.string().nullable(),
	started_at: time.nullable(),
	finished_at: time.nullable(),
	runtime_s: z.number().nullable(),
	progress: z.number().nullable(),
	status: z.string().nullable(),
	peak_memory_bytes: z.number().nullable(),
	cpu_s: z.number().nullable(),
	log_bytes: z.number(),
});

export const groupShape = z.looseObject({
	id: groupIdShape,
	name: z.string(),
	priority: z.number(),
	archived: z.boolean(),
	created_at: time,
	creator: z.string(),
	counts: z.strictObject({
		total: z.number().int(),
		/** All that is neither running, done, in error nor dead. */
		waiting: z.number().int(),
		running: z.number().int(),
		done: z.number().int(),
		error: z.number().int(),
		dead: z.number().int(),
		paused: z.number().int(),
	}),
	/** 0..100: done and dead of all. */
	progress: z.number(),
});

const amount = z.strictObject({total: z.number(), free: z.number()});

export const workerStates = [
	'off',
	'idle',
	'busy',
	'draining',
	'error',
	'unreachable',
] as const;

export const workerShape = z.looseObject({
	id: workerIdShape,
	name: z.string(),
	host: z.string(),
	machine_id: z.string(),
	address: z.string(),
	type: z.enum(workerTypes),
	state: z.enum(workerStates),
	/** Why, where the state is `error`; null otherwise. */
	message: z.string().nullable(),
	groups: z.array(z.string()),
	/** Text where there is one version, a list, lowest first, where there are several. */
	capabilities: capabilitiesShape,
	resources: z.strictObject({
		cpus: amount,
		memory_bytes: amount,
		gpus: amount,
		gpu_memory_bytes: amount,
	}),
	running: z.array(invocationIdShape),
	last_seen: time,
	version: z.string(),
});

export const nodeShape = z.looseObject({
	id: nodeIdShape,
	name: z.string(),
	type: z.string(),
	/** As stored: only what differs from the defaults; expressions as {"expr": "..."}. */
	parameters: jsonObjectShape,
	inputs: z.array(z.string()),
	outputs: z.array(z.string()),
	enabled: z.boolean(),
	x: z.number(),
	y: z.number(),
	/** Tasks by state; states with none are left out. */
	counts: z.record(z.string(), z.number().int()),
});

export const connectionShape = z.strictObject({
	id,
	from: z.string(),
	output: z.string(),
	to: z.string(),
	input: z.string(),
});

export const limitShape = z.strictObject({
	name: z.string(),
	total: z.number().int(),
	in_use: z.number().int(),
});

export const journalShape = z.looseObject({
	id: z.number().int(),
	at: time,
	client: z.string(),
	user: z.string(),
	address: z.string(),
	method: z.string(),
	params: jsonShape,
	before: jsonShape,
});

export type TaskShape = z.output<typeof taskShape>;
export type TaskLineShape = z.output<typeof taskLineShape>;
export type InvocationShape = z.output<typeof invocationShape>;
export type GroupShape = z.output<typeof groupShape>;
export type WorkerShape = z.output<typeof workerShape>;
export type NodeShape = z.output<typeof nodeShape>;
export type ConnectionShape = z.output<typeof connectionShape>;
export type JournalShape = z.output<typeof journalShape>;
export type WorkerState = (typeof workerStates)[number];

/** Which tasks; every field given must hold. */
export const taskFilterShape = z.strictObject({
	group: z.string().optional(),
	node: z.string().optional(),
	states: z.array(z.enum(taskStates)).max(taskStates.length).optional(),
	/** A glob pattern for names. */
	name: z.string().max(1024).optional(),
	/** A part of the name, the group or the error message; viewers filter by it. */
	text: z.string().max(1024).optional(),
	parent: taskIdShape.optional(),
	/** This task, and all that it spawned or was split into. */
	tree: taskIdShape.optional(),
	/** What runs on the worker of this name or id now. */
	worker: z.string().max(256).optional(),
	/** Dead ones too; implied by `states` with `dead`. */
	dead: z.boolean().default(false),
	/** Archived ones too. */
	archived: z.boolean().default(false),
});

export type TaskFilter = z.output<typeof taskFilterShape>;

/** Either ids, or all that a filter finds. */
export const taskSelectionShape = z.union([
	z.strictObject({ids: z.array(taskIdShape).min(1).max(100_000)}),
	z.strictObject({filter: taskFilterShape}),
]);

export type TaskSelection = z.output<typeof taskSelectionShape>;

/** When the bytes of a log came, and by which output. */
export const logMarksShape = z.strictObject({
	/** What times count from, in milliseconds since 1970. */
	since: z.number().int().nonnegative(),
	/** Each: where its bytes end, an offset in the log; they begin where those of the one before end, the first one's at the offset that was asked for. How many milliseconds after `since` they were seen. By which output they came: 1, standard output; 2, standard error; 0, it is not known. */
	marks: z
		.array(
			z.tuple([
				z.number().int().positive(),
				z.number().int(),
				z.union([z.literal(0), z.literal(1), z.literal(2)]),
			]),
		)
		.max(100_000),
	/** Up to this byte there are marks; what comes behind it was not looked at yet. */
	marked: z.number().int().nonnegative(),
});
