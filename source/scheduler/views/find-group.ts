import {FarmError} from '../../core/errors.js';
import type {GroupRow} from '../../db/queries/groups.js';
import type {ViewContext} from './view-context.js';

/**
A group by its name.

@throws {FarmError} `NOT_FOUND`
*/
export const findGroup = (
	{groups}: Pick<ViewContext['reads'], 'groups'>,
	name: string,
): GroupRow => {
	const group = groups.byName.get(name);
	if (!group) {
		throw new FarmError(
			'NOT_FOUND',
			`There is no group "${name}": lifeblood group list shows those there are.`,
		);
	}

	return group;
};
