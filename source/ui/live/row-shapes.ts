import {z} from 'zod';
import {nodeId} from '../../core/ids.js';
import {
	groupShape,
	nodeShape,
	taskLineShape,
	taskShape,
	workerShape,
} from '../../net/messages/shapes.js';
import type {WatchKind} from '../farm.js';

const eventShape = z.looseObject({
	id: z.number(),
	at: z.string(),
	kind: z.string(),
	message: z.string(),
	task_id: z.number().optional(),
	node: z.string().optional(),
	worker: z.string().optional(),
	group: z.string().optional(),
});

const pulseShape = z.looseObject({
	id: z.number(),
	moved: z.number(),
	ended: z.number(),
	failed: z.number(),
	running: z.number(),
	queued: z.number(),
	errors: z.number(),
	cpus: z.number(),
	cpus_used: z.number(),
	workers: z.number(),
});

/** Of a group's tasks, those in one node, by state. */
const placeShape = z.looseObject({
	/** The node's. */
	id: z.number().transform((id) => nodeId(id)),
	counts: z.record(z.string(), z.number()),
});

const logShape = z.looseObject({
	id: z.number(),
	size: z.number(),
	complete: z.boolean(),
	/** Up to this byte it is noted when they came, and by which output; an older scheduler does not say. */
	marked: z.number().optional(),
});

const graphNodeShape = nodeShape.omit({parameters: true}).extend({
	/** Those that leave it. */
	wires: z.array(
		z.looseObject({
			id: z.number(),
			output: z.string(),
			/** A node's id. */
			to: z.number(),
			input: z.string(),
		}),
	),
});

/** What a row of each kind of watch must be. */
export const rowShapes = {
	groups: groupShape,
	graph: graphNodeShape,
	tasks: taskLineShape,
	workers: workerShape,
	task: taskShape,
	log: logShape,
	events: eventShape,
	pulse: pulseShape,
	places: placeShape,
} as const satisfies Readonly<Record<WatchKind, z.ZodType>>;

export type RowOf<Kind extends WatchKind> = z.output<(typeof rowShapes)[Kind]>;

export type GraphNodeRow = RowOf<'graph'>;
export type EventRow = RowOf<'events'>;
export type PulseRow = RowOf<'pulse'>;
