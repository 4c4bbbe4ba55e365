import {type Buffer} from 'node:buffer';
import {StringDecoder} from 'node:string_decoder';
import type {z} from 'zod';
import type {InvocationId, TaskId} from '../core/ids.js';
import {taskShape} from '../net/messages/shapes.js';
import type {Client, Watch} from './client.js';
import type {WatchUpdate} from './watch-updates.js';
import {followLog} from './follow-log.js';

/** Of a task in a list: lists leave out what is large. */
const rowShape = taskShape.pick({
	id: true,
	name: true,
	attempts: true,
	invocation_id: true,
});

type Row = z.output<typeof rowShape>;

/**
Writes the logs of all processes of a task and of all that it spawns or is split into, line by line as they grow, each line under the task's name and id. `rest` resolves when the tree is at rest, with false where the time was over first: then nothing more is waited for; else what was missed is made good, and the logs' ends are waited for.
*/
export const followTree = async (
	{
		client,
		task,
		write,
	}: {
		readonly client: Client;
		readonly task: TaskId;
		readonly write: (text: string) => void;
	},
	rest: Promise<{readonly at_rest: boolean}>,
): Promise<void> => {
	const followed = new Map<InvocationId, Promise<void>>();
	const seen = new Map<TaskId, Set<InvocationId>>();

	const follow = (of: Row, invocation: InvocationId): void => {
		const known = seen.get(of.id) ?? new Set();
		seen.set(of.id, known.add(invocation));
		if (followed.has(invocation)) {
			return;
		}

		const lines = lineWriter((line) => {
			write(`${of.name} ${of.id} | ${line}\n`);
		});
		const following = followLog(
			{client, invocation, write: lines.take},
			0,
		).then(lines.end);
		// It is awaited at the end, but may fail before.
		following.catch(() => undefined);
		followed.set(invocation, following);
	};

	const lookAt = async (row: Row, isLast: boolean): Promise<void> => {
		if (row.invocation_id !== null) {
			follow(row, row.invocation_id);
		}

		// A short process may have come and gone between two updates.
		const hasMissed = row.attempts > (seen.get(row.id)?.size ?? 0);
		if (!hasMissed && !(isLast && row.attempts > 0)) {
			return;
		}

		const {invocations} = await client.callPatiently(
			'task.invocations',
			() => ({
				id: row.id,
			}),
		);
		for (const {id} of invocations) {
			follow(row, id);
		}
	};

	const looks: Array<Promise<void>> = [];
	const resting = settled(rest);
	for (;;) {
		/* eslint-disable no-await-in-loop -- each round is a connection */
		const watch = await watchTree({client, task}, ({rows}) => {
			for (const row of rows) {
				const {data} = rowShape.safeParse(row);
				if (data === undefined) {
					continue;
				}

				const look = lookAt(data, false);
				look.catch(() => undefined);
				looks.push(look);
			}
		});
		await lookAtAll({client, task, lookAt: async (row) => lookAt(row, false)});
		const isResting = await Promise.race([
			resting,
			watch.lost.then(() => false),
		]);
		if (isResting) {
			await watch.stop();
			break;
		}
		/* eslint-enable no-await-in-loop */
	}

	const {at_rest: isAtRest} = await rest;
	if (!isAtRest) {
		return;
	}

	await Promise.all(looks);
	await lookAtAll({client, task, lookAt: async (row) => lookAt(row, true)});
	await Promise.all(followed.values());
};

/** What changed last comes first. */
const watchTree = async (
	{client, task}: {readonly client: Client; readonly task: TaskId},
	onUpdate: (update: WatchUpdate) => void,
): Promise<Watch> =>
	client.watchPatiently(
		{
			what: 'tasks',
			filter: {tree: task, dead: true, archived: true},
			order: {by: 'changed', descending: true},
			window: {offset: 0, limit: 1000},
		},
		onUpdate,
	);

/** True, however it ended. */
const settled = async (promise: Promise<unknown>): Promise<true> => {
	await Promise.allSettled([promise]);
	return true;
};

const lookAtAll = async ({
	client,
	task,
	lookAt,
}: {
	readonly client: Client;
	readonly task: TaskId;
	readonly lookAt: (row: Row) => Promise<void>;
}): Promise<void> => {
	let after = 0;
	for (;;) {
		const from = after;
		/* eslint-disable no-await-in-loop -- a page begins where the one before it ended */
		const {tasks, more} = await client.callPatiently('task.list', () => ({
			filter: {tree: task, dead: true, archived: true},
			after: from,
		}));
		await Promise.all(tasks.map(async (row) => lookAt(row)));
		/* eslint-enable no-await-in-loop */
		after = tasks.at(-1)?.id ?? after;
		if (!more || tasks.length === 0) {
			return;
		}
	}
};

/** Bytes in, whole lines out; a character that is cut in two waits for its other half. */
const lineWriter = (write: (line: string) => void) => {
	const decoder = new StringDecoder('utf8');
	let unfinished = '';
	return {
		take(bytes: Uint8Array): void {
			const lines = (unfinished + decoder.write(bytes)).split('\n');
			unfinished = lines.pop() ?? '';
			for (const line of lines) {
				write(line.replace(/\r$/v, ''));
			}
		},
		end(): void {
			if (unfinished !== '') {
				write(unfinished);
			}
		},
	};
};
