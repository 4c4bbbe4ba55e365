import process from 'node:process';
import {answerQuestions} from '../../source/ui/answer-questions.js';

// Who it is, unless it is asked for what it cannot.
answerQuestions(async ({n}: {readonly id: number; readonly n: number}) => {
	if (n < 0) {
		throw new RangeError('It counts from zero.');
	}

	return {pid: process.pid};
});
