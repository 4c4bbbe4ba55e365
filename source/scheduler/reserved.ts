import {z} from 'zod';
import {groupId} from '../core/ids.js';
import {resourcesShape} from '../net/messages/shapes.js';

/** What a live invocation holds, as `invocations.reserved` keeps it. */
export const reservedShape = z.strictObject({
	machine_id: z.string(),
	resources: resourcesShape,
	limits: z.record(z.string(), z.number()),
	/** The group that gave the task its priority; 0: none. */
	group_id: z
		.number()
		.transform((value) => (value === 0 ? (0 as const) : groupId(value))),
});

export type Reserved = z.output<typeof reservedShape>;
