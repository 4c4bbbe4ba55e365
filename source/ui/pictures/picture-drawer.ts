import {FarmError} from '../../core/errors.js';
import {createProcessCaller} from '../process-caller.js';
import type {DrawnPicture, PictureRequest} from './draw-picture.js';
import type {PictureAnswer, PictureQuestion} from './picture-process.js';

/** Draws pictures in a process of its own, started with the first: a large one takes a second, and keys are answered meanwhile. */
export type PictureDrawer = {
	/**
	@throws {FarmError} `INVALID`, with why it cannot be shown
	*/
	readonly draw: (request: PictureRequest) => Promise<DrawnPicture>;
	readonly stop: () => Promise<void>;
};

export const createPictureDrawer = (): PictureDrawer => {
	const drawing = createProcessCaller<
		Omit<PictureQuestion, 'id'>,
		PictureAnswer
	>(processUrl);
	return {
		async draw(request) {
			const answer = await drawing.ask({request});
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
		stop: drawing.stop,
	};
};

const processUrl = new URL(
	import.meta.url.endsWith('.ts') ? 'picture-process.ts' : 'picture-process.js',
	import.meta.url,
);
