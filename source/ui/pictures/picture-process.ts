import {answerQuestions, type Failure} from '../answer-questions.js';
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
	Failure | {readonly drawn: DrawnPicture}
);

answerQuestions(async ({request}: PictureQuestion) => ({
	drawn: await drawPicture(request),
}));
