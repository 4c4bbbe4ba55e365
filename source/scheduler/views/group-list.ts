import {FarmError} from '../../core/errors.js';
import type {GroupShape} from '../../net/messages/shapes.js';
import {createWalk} from '../../db/reads/walk.js';
import {groupShapeOf} from './group-shape.js';
import {takeAll} from './task-list.js';
import {findGroup} from './find-group.js';
import type {ViewContext} from './view-context.js';

/** A page of groups, newest first. */
export const listGroups = async (
	{reads}: Pick<ViewContext, 'reads'>,
	{
		archived,
		name,
		limit,
		before,
	}: {
		readonly archived: boolean;
		readonly name?: string | undefined;
		readonly limit: number;
		/** 0: from the newest. */
		readonly before: number;
	},
): Promise<{
	readonly groups: readonly GroupShape[];
	readonly more: boolean;
}> => {
	const walk = createWalk(
		[reads.groups.run({name, archived}, {descending: true})],
		{from: before === 0 ? Number.MAX_SAFE_INTEGER : before, descending: true},
	);
	const ids = await takeAll(walk, limit + 1);
	return {
		groups: reads.groups.listed
			.all(JSON.stringify(ids.slice(0, limit)))
			.map((row) => groupShapeOf(row)),
		more: ids.length > limit,
	};
};

/**
A group by its name.

@throws {FarmError} `NOT_FOUND`
*/
export const getGroup = (
	{reads}: Pick<ViewContext, 'reads'>,
	name: string,
): GroupShape => groupShapeOf(findGroup(reads, name));
