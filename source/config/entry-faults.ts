import type {z} from 'zod';
import {nearest} from '../core/nearest.js';

/** A fault inside a table whose entries are tables themselves: where it is, from the table on, and what follows the name of that place. */
export type EntryFault = {
	readonly path: readonly string[];
	readonly message: string;
};

/** What is wrong in the entries of a table. `known` are the keys that an entry may have. */
export const entryFaults = (
	issues: readonly z.core.$ZodIssue[],
	known: readonly string[],
): EntryFault[] =>
	issues.flatMap((issue) => {
		const path = issue.path.filter((name) => typeof name === 'string');
		if (issue.code !== 'unrecognized_keys') {
			return [
				{
					path,
					message:
						path.length === 1 && issue.code === 'invalid_type'
							? 'must be a table'
							: issue.message,
				},
			];
		}

		return issue.keys.map((key) => {
			const near = nearest(key, known);
			return {
				path: [...path, key],
				message: `is no known key${near === undefined ? `; known here: ${known.join(', ')}` : `; did you mean "${near}"?`}`,
			};
		});
	});
