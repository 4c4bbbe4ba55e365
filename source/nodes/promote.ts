import type {Attributes} from '../core/invocation.js';
import type {Json} from '../core/json.js';
import {fault, ok, type Parsed} from '../graph/parsed.js';
import type {ParameterSchemas, ParameterValues} from './parameters.js';

/** The parameter of every node that gathers tasks: what becomes of their attributes. */
export const promoteParameter = {
	promote: {
		type: 'list',
		label: 'Promote attributes',
		default: [],
		description:
			'Attributes of the gathered tasks that the gathering task gets.',
		row: {
			attribute: {type: 'string', label: 'Attribute', default: ''},
			mode: {
				type: 'enum',
				label: 'Mode',
				default: 'extend',
				options: ['extend', 'append', 'first', 'sum'],
				description:
					'All values in one list, lists among them opened (extend) or kept as they are (append); the first one; or their sum.',
			},
			as: {
				type: 'string',
				label: 'As',
				default: '',
				description: 'Empty: the same name.',
			},
			sort_by: {
				type: 'string',
				label: 'Sort by',
				default: '',
				description:
					"An attribute; empty: the element's index, or the child's id.",
			},
			reversed: {type: 'bool', label: 'Reversed', default: false},
		},
	},
} as const satisfies ParameterSchemas;

type Row = ParameterValues<typeof promoteParameter>['promote'][number];

/** A task that is gathered. */
export type Gathered = {
	/** The element's index, or the child's id. */
	readonly order: number;
	readonly attributes: Attributes;
};

/**
What the gathering task gets. Tasks without the attribute are passed over; where none has it, there is nothing to be `first`, and the others give `[]` and 0.
*/
export const promote = (
	rows: readonly Row[],
	gathered: readonly Gathered[],
): Parsed<Attributes> => {
	const set = new Map<string, Json>();
	for (const row of rows) {
		if (row.attribute === '') {
			return fault('A row of promote names no attribute.');
		}

		const values = sortedBy(gathered, row).flatMap(({attributes}) =>
			Object.hasOwn(attributes, row.attribute)
				? [attributes[row.attribute] ?? null]
				: [],
		);
		const name = row.as === '' ? row.attribute : row.as;
		switch (row.mode) {
			case 'append': {
				set.set(name, values);
				break;
			}

			case 'extend': {
				set.set(name, values.flat());
				break;
			}

			case 'first': {
				const [first] = values;
				if (first !== undefined) {
					set.set(name, first);
				}

				break;
			}

			case 'sum': {
				const sum = sumOf(row.attribute, values);
				if (sum.kind === 'fault') {
					return sum;
				}

				set.set(name, sum.value);
			}
		}
	}

	return ok(Object.fromEntries(set));
};

const sumOf = (attribute: string, values: readonly Json[]): Parsed<number> => {
	let sum = 0;
	for (const value of values) {
		if (typeof value !== 'number') {
			return fault(
				`The attribute ${attribute} cannot be added up: one of the gathered tasks has ${shown(value)} there, which is no number.`,
			);
		}

		sum += value;
	}

	return Number.isFinite(sum)
		? ok(sum)
		: fault(`The sum of the attribute ${attribute} is too large for a number.`);
};

const shown = (value: Json): string => {
	const text = JSON.stringify(value);
	return text.length > 60 ? `${text.slice(0, 60)}…` : text;
};

const sortedBy = (
	gathered: readonly Gathered[],
	{sort_by: by, reversed}: Row,
): readonly Gathered[] => {
	const sorted = gathered.toSorted((a, b) => {
		const difference = by === '' ? 0 : compare(valueOf(a, by), valueOf(b, by));
		return difference === 0 ? a.order - b.order : difference;
	});
	return reversed ? sorted.toReversed() : sorted;
};

const valueOf = ({attributes}: Gathered, name: string): Json | undefined =>
	Object.hasOwn(attributes, name) ? attributes[name] : undefined;

/** Numbers, then strings, then lists by their items, then what has no order of its own; tasks without the attribute last. */
const compare = (a: Json | undefined, b: Json | undefined): number => {
	if (typeof a === 'number' && typeof b === 'number') {
		return a - b;
	}

	if (typeof a === 'string' && typeof b === 'string') {
		return a < b ? -1 : a > b ? 1 : 0;
	}

	if (isList(a) && isList(b)) {
		for (let index = 0; index < Math.min(a.length, b.length); index++) {
			const difference = compare(a[index], b[index]);
			if (difference !== 0) {
				return difference;
			}
		}

		return a.length - b.length;
	}

	return rank(a) - rank(b);
};

const isList = (value: Json | undefined): value is readonly Json[] =>
	Array.isArray(value);

const rank = (value: Json | undefined): number => {
	if (typeof value === 'boolean') {
		return value ? 1 : 0;
	}

	if (typeof value === 'number') {
		return 2;
	}

	if (typeof value === 'string') {
		return 3;
	}

	if (isList(value)) {
		return 4;
	}

	return value === undefined ? 6 : 5;
};
