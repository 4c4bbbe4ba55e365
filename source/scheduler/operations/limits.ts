import {FarmError} from '../../core/errors.js';
import type {Operation} from '../turn-context.js';

export const setLimit =
	(
		name: string,
		total: number,
	): Operation<{name: string; total: number; in_use: number}> =>
	({desk, books, statements, recheckWorkers}) => {
		const known = books.fleet.limits.get(name);
		desk.remember({total: known?.total ?? null});
		desk.touch();
		statements.farm.putLimit.run(name, total);
		const inUse =
			known?.inUse ??
			books.fleet.live
				.values()
				.reduce((sum, live) => sum + (live.limits[name] ?? 0), 0);
		books.fleet.limits.set(name, {total, inUse});
		recheckWorkers();
		return {name, total, in_use: inUse};
	};

export const deleteLimit =
	(name: string): Operation<void> =>
	({desk, books, statements}) => {
		const known = books.fleet.limits.get(name);
		if (!known) {
			throw new FarmError(
				'NOT_FOUND',
				`There is no limit "${name}": lifeblood limit list shows those there are.`,
			);
		}

		desk.remember({total: known.total});
		desk.touch();
		statements.farm.deleteLimit.run(name);
		books.fleet.limits.delete(name);
	};
