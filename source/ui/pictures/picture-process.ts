import process from 'node:process';
import {
	drawPicture,
	type DrawnPicture,
	type PictureRequest,
} from './draw-picture.js';

export type PictureQuestion = {
	readonly id: number;
	readonly request: PictureRequest;
};

export type PictureAnswer = {readonly id: number} & (
	{readonly drawn: DrawnPicture} | {readonly failure: string}
);

process.on('message', ({id, request}: PictureQuestion) => {
	const answer = async (): Promise<PictureAnswer> => {
		try {
			return {id, drawn: await drawPicture(request)};
		} catch (error) {
			return {
				id,
				failure: error instanceof Error ? error.message : String(error),
			};
		}
	};

	void answer().then((message) => {
		// Undefined, or closed: nobody waits for it any more.
		process.send?.(message, () => undefined);
	});
});
