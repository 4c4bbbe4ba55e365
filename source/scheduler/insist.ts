import {setTimeout as delay} from 'node:timers/promises';
import {FarmError} from '../core/errors.js';
import type {Operation, Submit} from './turn-context.js';

/** Between attempts to write down what happened, in milliseconds. */
const againMs = 1000;

/** What has happened has happened, also while the database cannot be written: submit an operation until it is. Rejects as `submit` does with anything but `STORAGE`. */
export const insist = async <Value>(
	submit: Submit,
	operation: Operation<Value>,
): Promise<Value> => {
	for (;;) {
		try {
			return await submit(operation); // eslint-disable-line no-await-in-loop -- one try after the other
		} catch (error) {
			if (!(error instanceof FarmError) || error.code !== 'STORAGE') {
				throw error;
			}

			await delay(againMs); // eslint-disable-line no-await-in-loop -- as above
		}
	}
};
