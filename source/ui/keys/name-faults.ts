import {nearest} from '../../core/nearest.js';
import type {ViewSettings} from '../state.js';
import {screens} from '../screens/table.js';
import {globalBindings} from './global-bindings.js';
import {keyNameFault} from './key-name.js';

export type NameFault = {
	/** Below `[viewer]`. */
	readonly path: readonly [table: 'keys' | 'columns', name: string];
	readonly message: string;
};

/** What somebody chose keys and columns for that the viewer does not have, with what was most likely meant. */
export const nameFaults = ({
	keys,
	columns,
}: Pick<ViewSettings, 'keys' | 'columns'>): readonly NameFault[] => {
	const views = Object.values(screens);
	const bindings = new Set(
		[...globalBindings, ...views.flatMap((view) => view.bindings)].map(
			({id}) => id,
		),
	);
	const lists = new Map(
		views.flatMap(({name, columns: own}) =>
			own === undefined ? [] : [[name as string, own.map(({id}) => id)]],
		),
	);
	return [
		...Object.entries(keys).flatMap(([name, chosen]) =>
			(bindings.has(name)
				? chosen.flatMap((key) => keyNameFault(key) ?? [])
				: [unknown('key does anything named', name, bindings)]
			).map((message): NameFault => ({path: ['keys', name], message})),
		),
		...Object.entries(columns).flatMap(([list, chosen]) => {
			const own = lists.get(list);
			return (
				own === undefined
					? [unknown('list is named', list, lists.keys())]
					: chosen
							.filter((name) => !own.includes(name))
							.map((name) => unknown(`column of ${list} is named`, name, own))
			).map((message): NameFault => ({path: ['columns', list], message}));
		}),
	];
};

const unknown = (
	what: string,
	name: string,
	known: Iterable<string>,
): string => {
	const all = [...known];
	const near = nearest(name, all);
	return `no ${what} "${name}"${
		near === undefined
			? all.length > 20
				? '; docs/keys.md has them all'
				: `; there are ${all.join(', ')}`
			: `; did you mean "${near}"?`
	}`;
};
