import {FarmError} from '../../core/errors.js';
import {createThreadCaller} from '../thread-caller.js';
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
	const thread = createThreadCaller<Omit<PictureQuestion, 'id'>, PictureAnswer>(
		threadUrl,
	);
	return {
		async draw(request) {
			const answer = await thread.ask({request});
			if (answer === undefined) {
				throw new FarmError(
					'INVALID',
					'It could not be drawn: it may be too large for the memory.',
				);
			}

			if ('failure' in answer) {
				throw new FarmError('INVALID', answer.failure);
			}

			return answer.drawn;
		},
		stop: thread.stop,
	};
};

const threadUrl = new URL(
	import.meta.url.endsWith('.ts') ? 'picture-thread.ts' : 'picture-thread.js',
	import.meta.url,
);
