import type {Books} from '../books.js';

/** More or fewer news wait for a rule; one with none is left out. */
export const countUntold = (
	{untold}: Pick<Books, 'untold'>,
	rule: string,
	by: number,
): void => {
	const count = (untold.get(rule) ?? 0) + by;
	if (count > 0) {
		untold.set(rule, count);
	} else {
		untold.delete(rule);
	}
};
