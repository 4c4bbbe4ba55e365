import {FarmError} from '../../core/errors.js';

type Order<Name extends string> = {
	readonly by: Name | 'id';
	readonly descending: boolean;
};

/**
The order that was asked for. Ids rise with time, so `created` is the order by id; a column may be named as in the row, `changed_at` for `changed`.

@throws {FarmError} `INVALID` for one that there is not
*/
export const orderAmong = <Name extends string>(
	what: string,
	names: readonly Name[],
	{by, descending}: {readonly by: string; readonly descending: boolean},
): Order<Name> => {
	if (['id', 'created', 'created_at'].includes(by)) {
		return {by: 'id', descending};
	}

	const name = names.find((known) => by === known || by === `${known}_at`);
	if (name === undefined) {
		throw new FarmError(
			'INVALID',
			`${what} cannot be ordered by "${by}": choose one of id, ${names.join(', ')}.`,
		);
	}

	return {by: name, descending};
};
