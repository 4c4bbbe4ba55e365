import {FarmError} from '../core/errors.js';

/** What whoever asked is told of an error. A full disk is nobody's defect, and the same request may be done when there is room again. */
export const refusalOf = (error: unknown, logFolder: string): FarmError => {
	if (error instanceof FarmError) {
		return error;
	}

	// What a turn writes says so by itself; logs are all that is written outside of turns.
	return error instanceof Error &&
		'code' in error &&
		(error.code === 'ENOSPC' || error.code === 'EDQUOT')
		? new FarmError(
				'STORAGE',
				`The disk that holds ${logFolder} is full: free some space.`,
				{cause: error},
			)
		: new FarmError(
				'INTERNAL',
				'A defect in the scheduler; its log says more.',
				{cause: error},
			);
};
