import type {Json} from '../../core/json.js';
import type {Glyphs} from '../theme/glyphs.js';
import {plain} from './plain.js';
import {cut, type Line, type Span} from './span.js';

/** A list longer than this shows its beginning. */
const mostElements = 200;

/** A value as a tree, one line for each member; short lists and objects stay on their line. */
export const jsonLines = (
	value: Readonly<Record<string, Json>>,
	{width, glyphs}: {readonly width: number; readonly glyphs: Glyphs},
): readonly Line[] => {
	const entries = Object.entries(value);
	return entries.length === 0
		? [[{text: '(none)', role: 'dim'}]]
		: entries.flatMap(([name, member]) =>
				memberLines(name, member, {depth: 0, width, glyphs}),
			);
};

const memberLines = (
	name: string,
	value: Json,
	{
		depth,
		width,
		glyphs,
	}: {
		readonly depth: number;
		readonly width: number;
		readonly glyphs: Glyphs;
	},
): readonly Line[] => {
	const indent = '  '.repeat(depth);
	const label: Span = {text: `${indent}${plain(name)}`, role: 'accent'};
	if (typeof value !== 'object' || value === null) {
		return [[label, {text: ' '}, scalar(value, width)]];
	}

	const short = JSON.stringify(value);
	if (short.length + indent.length + name.length + 1 <= width) {
		return [[label, {text: ` ${plain(short)}`}]];
	}

	const members: ReadonlyArray<readonly [string, Json]> = Array.isArray(value)
		? value
				.slice(0, mostElements)
				.map((member, index) => [String(index), member] as const)
		: Object.entries(value as Readonly<Record<string, Json>>);
	const count = Array.isArray(value) ? value.length : members.length;
	return [
		[
			label,
			{text: Array.isArray(value) ? ` [${count}]` : ` {${count}}`, role: 'dim'},
		],
		...members.flatMap(([key, member]) =>
			memberLines(key, member, {depth: depth + 1, width, glyphs}),
		),
		...(count > members.length
			? [
					[
						{
							text: `${indent}  ${glyphs.ellipsis} ${count - members.length} more`,
							role: 'dim' as const,
						},
					],
				]
			: []),
	];
};

const scalar = (
	value: Exclude<Json, Record<string, unknown>>,
	width: number,
): Span =>
	typeof value === 'string'
		? {text: cut(JSON.stringify(plain(value)), Math.max(10, width))}
		: {
				text: JSON.stringify(value),
				role: typeof value === 'number' ? 'good' : 'warning',
			};
