import type {z} from 'zod';
import {nearest} from '../core/nearest.js';

/** A fault inside a table whose entries are tables themselves: where it is, from the table on, and what follows the name of that place. */
export type EntryFault = {
	readonly path: readonly string[];
	readonly message: string;
};

/** What is wrong in the entries of a table. `known` are the keys that an entry may have. */
export const entryFaults = ({
	issues,
	table,
	known,
}: {
	readonly issues: readonly z.core.$ZodIssue[];
	readonly table: unknown;
	readonly known: readonly string[];
}): EntryFault[] =>
	issues.flatMap((issue) => {
		const path = issue.path.filter((name) => typeof name === 'string');
		if (issue.code !== 'unrecognized_keys') {
			return [
				{
					path,
					message:
						path.length === 1 && issue.code === 'invalid_type'
							? 'must be a table'
							: `${issue.message}${meant(issue, table)}`,
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

/** Of a word that is none of those that may stand there. */
const meant = (issue: z.core.$ZodIssue, table: unknown): string => {
	let written = table;
	for (const name of issue.path) {
		written =
			typeof written === 'object' && written !== null
				? (written as Readonly<Record<PropertyKey, unknown>>)[name]
				: undefined;
	}

	const near =
		typeof written === 'string' && issue.code === 'invalid_value'
			? nearest(written, issue.values.map(String))
			: undefined;
	return near === undefined ? '' : `; did you mean "${near}"?`;
};
