import type {z} from 'zod';

/** What the scheduler sent that this viewer cannot read. */
export const misfitText = ({issues}: z.ZodError): string => {
	const first = issues.at(0);
	return `The scheduler's answer cannot be read${
		first === undefined ? '' : ` (${first.path.join('.')}: ${first.message})`
	}: it may be of another version than this viewer.`;
};
