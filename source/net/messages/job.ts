import {z} from 'zod';
import {method} from './method.js';
import {
	environmentShape,
	invocationIdShape,
	jsonObjectShape,
	nameShape,
	taskIdShape,
} from './shapes.js';

/** The invocation's secret, as `LIFEBLOOD_RUNTIME_TOKEN` says it. It says which invocation asks. */
const token = z.string().min(1).max(256);

/** Sent again with the same value, as after a lost connection, a request is carried out once and gets the first answer. */
const requestId = z.string().min(1).max(64).optional();

/** What a receiver and its senders call the place where a message is taken. */
export const addresseeShape = z.string().min(1).max(256);

/** Characters: 4 MiB of bytes as base64. */
export const longestMessageData = 5_592_408;

/** Base64, of at most 4 MiB of bytes. */
const messageDataShape = z.base64().max(longestMessageData);

/** Seconds that a sender waits for the receiver to take its message, where it does not say otherwise. */
const usualAddresseeTimeoutS = 90;

/** Seconds, at most a month. */
const waitShape = z.number().min(0).max(2_678_400);

const sendOutcomeShape = z.discriminatedUnion('outcome', [
	z.strictObject({outcome: z.literal('taken')}),
	z.strictObject({
		/** `receiver-timeout`: it runs, and did not wait for this addressee in time. `not-running`: it has finished, or there never was such an invocation. */
		outcome: z.enum(['receiver-timeout', 'not-running']),
		/** A sentence for people. */
		message: z.string(),
	}),
]);

export type SendOutcome = z.output<typeof sendOutcomeShape>;

/** Requests that a worker serves for the processes that it runs, on loopback. */
export const jobToWorker = {
	'job.get_attributes': method({
		description: "The task's attributes, as they are now.",
		access: 'anyone',
		params: z.strictObject({token}),
		result: z.strictObject({attributes: jsonObjectShape}),
	}),
	'job.set_attributes': method({
		description:
			"Set some of the task's attributes and delete others. Answered when that is durable.",
		access: 'anyone',
		params: z.strictObject({
			token,
			set: jsonObjectShape.default({}),
			delete: z.array(z.string()).max(10_000).default([]),
			request_id: requestId,
		}),
		result: z.strictObject({}),
	}),
	'job.spawn': method({
		description:
			'Create a child of the task, which leaves the node by one of its outputs. Answered when that is durable.',
		access: 'anyone',
		params: z.strictObject({
			token,
			/** Absent: the name of the task that spawns it. */
			name: nameShape.optional(),
			attributes: jsonObjectShape.default({}),
			/** Absent: as its parent's. */
			environment: environmentShape.optional(),
			output: z.string().min(1).max(256).default('spawned'),
			request_id: requestId,
		}),
		result: z.strictObject({id: taskIdShape}),
	}),
	'job.progress': method({
		description: 'Report how far the process is, and what it does.',
		access: 'anyone',
		params: z.strictObject({
			token,
			percent: z.number().min(0).max(100).optional(),
			/** One line for people; empty: none any more. */
			status: z.string().max(4096).optional(),
		}),
		result: z.strictObject({}),
	}),
	'job.send': method({
		description:
			'Send a message to an addressee of another running invocation. Answered when it was taken, or when it is clear that it will not be.',
		access: 'anyone',
		params: z.strictObject({
			token,
			to: invocationIdShape,
			addressee: addresseeShape,
			data: messageDataShape,
			/** Seconds to wait for a receiver that runs and does not wait for the message yet. */
			timeout_s: waitShape.default(usualAddresseeTimeoutS),
			request_id: requestId,
		}),
		result: sendOutcomeShape,
	}),
	'job.receive': method({
		description:
			'Wait for a message to an addressee of this invocation. One waits for each addressee at a time.',
		access: 'anyone',
		params: z.strictObject({
			token,
			addressee: addresseeShape,
			/** Seconds; absent: as long as the invocation runs. */
			timeout_s: waitShape.optional(),
		}),
		result: z.discriminatedUnion('outcome', [
			z.strictObject({
				outcome: z.literal('received'),
				from: invocationIdShape,
				data: messageDataShape,
			}),
			z.strictObject({outcome: z.literal('timeout')}),
		]),
	}),
} as const;
