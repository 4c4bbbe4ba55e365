import {z} from 'zod';
import type {TaskId} from '../core/ids.js';
import type {InvocationRequest} from '../core/invocation.js';
import type {Turn} from './turn-context.js';

const workShape = z.custom<InvocationRequest>(
	(value) => typeof value === 'object' && value !== null && 'process' in value,
);

/** The process that a task runs or ran last. */
export const workOf = (
	{statements}: Turn,
	task: TaskId,
): InvocationRequest | undefined => {
	const stored = statements.tasks.work.get(task);
	return stored && workShape.parse(JSON.parse(stored.json));
};
