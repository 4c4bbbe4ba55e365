import {Worker} from 'node:worker_threads';
import {FarmError} from '../../core/errors.js';
import type {DrawnPicture, PictureRequest} from './draw-picture.js';
import type {PictureAnswer, PictureQuestion} from './picture-thread.js';

/** Draws pictures in a thread of its own, started with the first: a large one takes a second, and keys are answered meanwhile. */
export type PictureDrawer = {
	/**
	@throws {FarmError} `INVALID`, with why it cannot be shown
	*/
	readonly draw: (request: PictureRequest) => Promise<DrawnPicture>;
	readonly stop: () => Promise<void>;
};

export const createPictureDrawer = (): PictureDrawer => {
	const waiting = new Map<number, (answer: PictureAnswer) => void>();
	let worker: Worker | undefined;
	let lastId = 0;

	const start = (): Worker => {
		const started = new Worker(threadUrl, {env: {}});
		started.on('message', (answer: PictureAnswer) => {
			waiting.get(answer.id)?.(answer);
			waiting.delete(answer.id);
			if (waiting.size === 0) {
				// With nothing to do it does not keep the program running.
				started.unref();
			}
		});
		// Followed by 'exit'.
		started.on('error', () => undefined);
		started.on('exit', () => {
			worker = undefined;
			for (const [id, tell] of waiting) {
				tell({
					id,
					failure: 'It could not be drawn: it may be too large for the memory.',
				});
			}

			waiting.clear();
		});
		return started;
	};

	return {
		async draw(request) {
			worker ??= start();
			lastId += 1;
			const question: PictureQuestion = {id: lastId, request};
			const answer = await new Promise<PictureAnswer>((resolve) => {
				waiting.set(question.id, resolve);
				worker?.ref();
				worker?.postMessage(question);
			});
			if ('failure' in answer) {
				throw new FarmError('INVALID', answer.failure);
			}

			return answer.drawn;
		},
		async stop() {
			await worker?.terminate();
		},
	};
};

const threadUrl = new URL(
	import.meta.url.endsWith('.ts') ? 'picture-thread.ts' : 'picture-thread.js',
	import.meta.url,
);
