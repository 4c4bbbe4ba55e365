import {isDeepStrictEqual} from 'node:util';
import type {Json} from '../../core/json.js';
import type {Line} from './span.js';

type JsonObject = Readonly<Record<string, Json>>;

export type JsonDifference = {
	/** Members that are new or have another value. */
	readonly set: JsonObject;
	/** Names of those that are gone. */
	readonly removed: readonly string[];
};

/** What makes one object of the other, member by member. */
export const jsonDifference = (
	before: JsonObject,
	after: JsonObject,
): JsonDifference => ({
	set: Object.fromEntries(
		Object.entries(after).filter(
			([name, value]) =>
				!Object.hasOwn(before, name) || !isDeepStrictEqual(before[name], value),
		),
	),
	removed: Object.keys(before).filter((name) => !Object.hasOwn(after, name)),
});

/** The difference as lines to read: what goes, and what comes in its place. */
export const differenceLines = (
	before: JsonObject,
	{set, removed}: JsonDifference,
): readonly Line[] => [
	...removed.map((name): Line => [
		{text: `- ${name}: ${JSON.stringify(before[name])}`, role: 'error'},
	]),
	...Object.entries(set).flatMap(([name, value]): readonly Line[] => [
		...(Object.hasOwn(before, name)
			? [
					[
						{
							text: `- ${name}: ${JSON.stringify(before[name])}`,
							role: 'error',
						},
					] satisfies Line,
				]
			: []),
		[{text: `+ ${name}: ${JSON.stringify(value)}`, role: 'good'}],
	]),
];
