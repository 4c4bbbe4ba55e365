import type {z} from 'zod';

export type Misfit = {
	/** As one would write it: `tasks[0].name`; empty: the whole. */
	readonly field: string;
	readonly message: string;
};

const mostTold = 5;
const longest = 200;

/** What does not fit its schema, in words; at most five of its faults. */
export const misfitsOf = (error: z.ZodError): readonly Misfit[] =>
	error.issues.slice(0, mostTold).map((issue) => ({
		field: fieldOf(issue.path),
		message: issue.message.slice(0, longest),
	}));

/** `name: Too small…; tasks[0].node: …` */
export const describeMisfits = (misfits: readonly Misfit[]): string =>
	misfits
		.map(({field, message}) =>
			field === '' ? message : `${field}: ${message}`,
		)
		.join('; ');

const fieldOf = (path: readonly PropertyKey[]): string => {
	let field = '';
	for (const step of path) {
		if (typeof step === 'number') {
			field += `[${step}]`;
		} else {
			field += field === '' ? String(step) : `.${String(step)}`;
		}
	}

	return field.slice(0, longest);
};
