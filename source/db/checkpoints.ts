import {statSync} from 'node:fs';
import {Worker} from 'node:worker_threads';
import type {CheckpointAnswer} from './checkpoint-thread.js';
import {pagesBetweenCheckpoints, walBytes, type FarmDatabase} from './open.js';

export type Checkpoints = {
	/** Something was committed. `now` in milliseconds that never go back. */
	readonly onCommit: (now: number) => void;
	/** Whether the thread does it at present. */
	readonly isAside: () => boolean;
	readonly stop: () => Promise<void>;
};

/** How often the WAL's size is looked at, in milliseconds. */
const lookMs = 100;

/**
Keeps the WAL small without ever holding up a turn for long.

The writer itself gives small WALs back to the database as it commits. But a long look at the database, such as a backup, keeps it from that, and after it there is much to give back at once, which would hold up a single commit for as long as it takes. So a thread with a connection of its own does that, beside the writer, until what is left is small again.
*/
export const createCheckpoints = ({
	writer,
	path,
}: Pick<FarmDatabase, 'writer' | 'path'>): Checkpoints => {
	let thread: Worker | undefined;
	let isBusy = false;
	let lookedAt = -Infinity;

	const begin = (): void => {
		writer.pragma('wal_autocheckpoint = 0');
		const started = new Worker(threadUrl, {workerData: path, env: {}});
		thread = started;
		isBusy = false;
		started.on('message', ({log, checkpointed}: CheckpointAnswer) => {
			isBusy = false;
			if (started === thread && log - checkpointed < pagesBetweenCheckpoints) {
				end();
			}
		});
		// Such as too little memory for it, or a disk that fails: then the writer does it, and meets the same.
		started.on('error', () => {
			if (started === thread) {
				end();
			}
		});
		// Listeners hold a thread again: let it go after they are there.
		started.unref();
	};

	/** What is left is little: the writer's next commit gives it back, and begins the WAL anew. */
	const end = (): void => {
		const over = thread;
		thread = undefined;
		if (writer.open) {
			writer.pragma(`wal_autocheckpoint = ${pagesBetweenCheckpoints}`);
		}

		void over?.terminate();
	};

	return {
		onCommit(now) {
			if (isBusy || now - lookedAt < lookMs) {
				return;
			}

			lookedAt = now;
			if (thread === undefined && sizeOf(`${path}-wal`) > walBytes) {
				begin();
			}

			if (!thread) {
				return;
			}

			isBusy = true;
			thread.postMessage('go on');
		},
		isAside: () => thread !== undefined,
		async stop() {
			const over = thread;
			end();
			await over?.terminate();
		},
	};
};

const sizeOf = (file: string): number =>
	statSync(file, {throwIfNoEntry: false})?.size ?? 0;

/** The compiled program has the thread beside the file that this becomes part of. */
const threadUrl = new URL(
	import.meta.url.endsWith('.ts')
		? 'checkpoint-thread.ts'
		: 'checkpoint-thread.js',
	import.meta.url,
);
