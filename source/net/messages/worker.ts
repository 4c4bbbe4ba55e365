import {z} from 'zod';
import {workerTypes} from '../../core/requirements.js';
import {addresseeShape, longestMessageData} from './job.js';
import {method} from './method.js';
import {
	capabilitiesShape,
	environmentShape,
	invocationIdShape,
	jsonObjectShape,
	logMarksShape,
	nameShape,
	resourcesShape,
	taskIdShape,
	workerIdShape,
} from './shapes.js';

export const outcomeShape = z.discriminatedUnion('kind', [
	z.strictObject({kind: z.literal('exited'), exit_code: z.number().int()}),
	z.strictObject({kind: z.literal('signalled'), signal: z.string().max(32)}),
	z.strictObject({
		kind: z.literal('not_started'),
		message: z.string().max(65_536),
	}),
	z.strictObject({kind: z.literal('unable'), message: z.string().max(65_536)}),
	z.strictObject({
		kind: z.literal('limit'),
		limit: z.enum(['time', 'silence', 'memory']),
		message: z.string().max(65_536),
	}),
	z.strictObject({kind: z.literal('cancelled')}),
	z.strictObject({
		kind: z.literal('vanished'),
		message: z.string().max(65_536),
	}),
	z.strictObject({kind: z.literal('failed'), message: z.string().max(65_536)}),
]);

export const measuresShape = z.strictObject({
	/** Milliseconds since 1970, UTC, by the worker's clock. */
	started_at: z.number().int().nonnegative(),
	finished_at: z.number().int().nonnegative(),
	peak_memory_bytes: z.number().nonnegative().nullable(),
	cpu_s: z.number().nonnegative().nullable(),
	log_bytes: z.number().int().nonnegative(),
	/** What it said of its progress last, where it said anything. */
	percent: z.number().min(0).max(100).optional(),
	status: z.string().max(4096).optional(),
});

/** Sent again after a lost connection with the same value, a request is carried out once. */
const requestId = z.string().min(1).max(128);

/** The same for the same message, however often it is offered or expected: one that was taken is not handed over again. */
const messageIdShape = z.string().min(1).max(128);

/** Base64, as its worker has looked. */
const passedDataShape = z.string().max(longestMessageData);

const deliveryShape = z.strictObject({outcome: z.enum(['taken', 'again'])});

const processShape = z.strictObject({
	arguments: z.array(z.string()).min(1),
	environment: z.record(z.string(), z.string()),
	files: z.record(z.string(), z.string()),
	cwd: z.string(),
	good_exit_codes: z.array(z.number().int()),
	retry_exit_codes: z.array(z.number().int()),
	progress_regex: z.string(),
	time_limit_s: z.number().nonnegative(),
	silence_limit_s: z.number().nonnegative(),
	/** Whether the memory that is reserved for it is also the most that it may use. */
	memory_is_limit: z.boolean().default(true),
});

/** What a worker that has just connected says of itself, and what it is told. */
const register = method({
	description:
		'A worker tells who it is, what it offers, and which invocations it still has.',
	access: 'worker',
	params: z.strictObject({
		name: nameShape,
		machine_id: z.string().min(1).max(256),
		host: z.string().max(256),
		type: z.enum(workerTypes),
		groups: z.array(nameShape).max(1024),
		capabilities: capabilitiesShape,
		/** The environment resolver for tasks that name none. */
		resolver: z.string().max(256).default(''),
		resources: resourcesShape,
		version: z.string().max(64),
		/** Ends after one invocation: it is given one at a time, and no second. */
		once: z.boolean().default(false),
		/** Invocations whose processes run here. */
		running: z.array(invocationIdShape).max(100_000),
		/** Ended ones whose result was not acknowledged yet. They are reported by `invocation.finished` right after. */
		unreported: z.array(invocationIdShape).max(100_000),
	}),
	result: z.strictObject({
		worker_id: workerIdShape,
		/** These were given up meanwhile: end their processes at once, and forget them. */
		end: z.array(invocationIdShape),
		/** Folder for logs on a file system that scheduler and worker share, with the name of a file in it and what that file holds, by which the worker can see whether it does. Null: none. */
		log_folder: z
			.strictObject({path: z.string(), probe: z.string(), content: z.string()})
			.nullable(),
		/** Seconds without a connection after which the worker ends its processes by itself. */
		grace_s: z.number().positive(),
		/** Seconds between TERM and KILL. */
		kill_grace_s: z.number().nonnegative(),
	}),
});

/** Requests that a scheduler serves for workers. */
export const workerToScheduler = {
	'worker.register': register,
	'worker.status': method({
		description:
			'A worker says that it cannot work, and why; or that it can again; or that it was told to end.',
		access: 'worker',
		params: z.strictObject({
			error: z.string().max(65_536).nullable(),
			/** It was told to end, and takes no more. */
			stopping: z.boolean().default(false),
		}),
		result: z.strictObject({}),
	}),
	'worker.leave': method({
		description:
			'A worker that ended all its processes says goodbye: nothing of it is waited for.',
		access: 'worker',
		params: z.strictObject({}),
		result: z.strictObject({}),
	}),
	'invocation.finished': method({
		description:
			'How a process ended. Sent again until it is answered; `accepted` is false for an invocation that was given up meanwhile.',
		access: 'worker',
		params: z.strictObject({
			invocation: invocationIdShape,
			outcome: outcomeShape,
			measures: measuresShape,
		}),
		result: z.strictObject({accepted: z.boolean()}),
	}),
	'invocation.get_attributes': method({
		description:
			"The attributes of a running invocation's task, for its process.",
		access: 'worker',
		params: z.strictObject({invocation: invocationIdShape}),
		result: z.strictObject({attributes: jsonObjectShape}),
	}),
	'invocation.set_attributes': method({
		description:
			"A running invocation's process changes its task's attributes.",
		access: 'worker',
		params: z.strictObject({
			invocation: invocationIdShape,
			set: jsonObjectShape,
			delete: z.array(z.string()).max(10_000),
			request_id: requestId,
		}),
		result: z.strictObject({}),
	}),
	'invocation.spawn': method({
		description: "A running invocation's process creates a child of its task.",
		access: 'worker',
		params: z.strictObject({
			invocation: invocationIdShape,
			name: nameShape.optional(),
			attributes: jsonObjectShape,
			/** Absent: as its parent's. */
			environment: environmentShape.optional(),
			output: z.string().min(1).max(256),
			request_id: requestId,
		}),
		result: z.strictObject({id: taskIdShape}),
	}),
	'message.offer': method({
		description:
			'A running invocation has a message for another one, wherever that runs. Answered when the other one waits for it and it may be sent, or when it is clear that it need not be.',
		access: 'worker',
		params: z.strictObject({
			from: invocationIdShape,
			to: invocationIdShape,
			addressee: addresseeShape,
			message: messageIdShape,
			/** Characters of its data, as it will be sent. */
			size: z.number().int().nonnegative(),
		}),
		result: z.discriminatedUnion('outcome', [
			z.strictObject({
				/** `wanted`: send it at once. `taken`: it was taken already. */
				outcome: z.enum(['wanted', 'taken']),
			}),
			z.strictObject({
				outcome: z.literal('not-running'),
				/** A sentence for people: what became of it, or that it never was. */
				message: z.string(),
			}),
		]),
	}),
	'message.send': method({
		description:
			'A message that is wanted. Answered when its receiver took it, or, `again`, when it no longer waits: then it is to be offered again.',
		access: 'worker',
		params: z.strictObject({message: messageIdShape, data: passedDataShape}),
		result: deliveryShape,
	}),
	'message.withdraw': method({
		description:
			'Nobody waits any more for an offered message to be taken: it is not to be delivered.',
		access: 'worker',
		params: z.strictObject({message: messageIdShape}),
		result: z.strictObject({}),
	}),
	'log.append': method({
		description:
			'A piece of the log of an ended invocation, from a worker that shares no folder with the scheduler.',
		access: 'worker',
		params: z.strictObject({
			invocation: invocationIdShape,
			/** Byte offset; a piece that is there already is passed over. */
			offset: z.number().int().nonnegative(),
			/** Base64, at most 1 MiB of bytes. */
			data: z.base64().max(1_400_000),
			last: z.boolean(),
		}),
		result: z.strictObject({}),
	}),
	'log.mark': method({
		description:
			'When the bytes of such a log came, and by which output: all of them, before its last piece.',
		access: 'worker',
		params: z.strictObject({
			invocation: invocationIdShape,
			...logMarksShape.shape,
		}),
		result: z.strictObject({}),
	}),
} as const;

/** Notifications from a worker. */
export const workerNotices = {
	'invocation.progress': z.strictObject({
		invocation: invocationIdShape,
		percent: z.number().min(0).max(100).nullable(),
		status: z.string().max(4096).nullable(),
		peak_memory_bytes: z.number().nonnegative().nullable(),
		cpu_s: z.number().nonnegative().nullable(),
		log_bytes: z.number().int().nonnegative(),
	}),
} as const;

/** Requests that a worker serves for its scheduler. */
export const schedulerToWorker = {
	'invocation.run': method({
		description:
			'Run a process. Answered when it runs; what cannot be started is answered with an outcome instead.',
		access: 'anyone',
		params: z.strictObject({
			invocation: invocationIdShape,
			task: taskIdShape,
			task_name: z.string(),
			node: z.string(),
			attempt: z.number().int().positive(),
			attributes: jsonObjectShape,
			environment: environmentShape.nullable(),
			process: processShape,
			/** What is reserved for it here. */
			resources: resourcesShape,
		}),
		result: z.discriminatedUnion('kind', [
			z.strictObject({kind: z.literal('running'), pid: z.number().int()}),
			z.strictObject({kind: z.literal('not_started'), message: z.string()}),
			/** Nothing can be started here just now; it counts as no attempt. */
			z.strictObject({kind: z.literal('unable'), message: z.string()}),
		]),
	}),
	'invocation.cancel': method({
		description:
			'End a process tree: TERM, and KILL after the grace time. Answered at once; its end is reported by `invocation.finished`, unless `forget`.',
		access: 'anyone',
		params: z.strictObject({
			invocation: invocationIdShape,
			/** It was given up: nobody waits for its result. */
			forget: z.boolean().default(false),
			/** Seconds until KILL. */
			grace_s: z.number().nonnegative(),
		}),
		result: z.strictObject({known: z.boolean()}),
	}),
	'message.expect': method({
		description:
			'There is a message for an invocation that runs here. Answered when its process waits for it, after those that came before; `gone` where nothing of the invocation runs here.',
		access: 'anyone',
		params: z.strictObject({
			from: invocationIdShape,
			to: invocationIdShape,
			addressee: addresseeShape,
			message: messageIdShape,
		}),
		result: z.strictObject({outcome: z.enum(['wanted', 'taken', 'gone'])}),
	}),
	'message.deliver': method({
		description:
			'The message itself. Answered when its process took it, or, `again`, when that no longer waits.',
		access: 'anyone',
		params: z.strictObject({
			to: invocationIdShape,
			message: messageIdShape,
			data: passedDataShape,
		}),
		result: deliveryShape,
	}),
	'message.drop': method({
		description: 'A message that was to be expected will not come.',
		access: 'anyone',
		params: z.strictObject({to: invocationIdShape, message: messageIdShape}),
		result: z.strictObject({}),
	}),
	'log.read': method({
		description: "Bytes of an invocation's log that is still only here.",
		access: 'anyone',
		params: z.strictObject({
			invocation: invocationIdShape,
			offset: z.number().int().nonnegative(),
			limit: z.number().int().positive().max(1_048_576),
		}),
		result: z.strictObject({
			/** Base64. */
			data: z.string(),
			/** Bytes written so far. */
			size: z.number().int().nonnegative(),
			known: z.boolean(),
		}),
	}),
	'log.marks': method({
		description:
			'When the bytes of a log that is still only here came, and by which output, for some of them.',
		access: 'anyone',
		params: z.strictObject({
			invocation: invocationIdShape,
			offset: z.number().int().nonnegative(),
			/** Bytes. */
			limit: z.number().int().positive().max(1_048_576),
		}),
		result: logMarksShape,
	}),
	'worker.stop': method({
		description:
			'End: at once with all processes, or, `drain`, when the last has finished.',
		access: 'anyone',
		params: z.strictObject({drain: z.boolean().default(false)}),
		result: z.strictObject({}),
	}),
} as const;
