import {invertTable} from './invert-table.js';

/** Beginnings of paths, and what they are elsewhere. */
export type PathTable = Readonly<Record<string, string>>;

/**
Put what a table says in place of the beginning of a path; what begins otherwise stays as it is.

- Whole names only: `/mnt/a` is for `/mnt/a` and `/mnt/a/b`, not for `/mnt/ab`. The longest beginning wins.
- In paths with a drive letter or a server (`P:/`, `\\server\share`), both slashes are the same, and so are capital and small letters, as they are there.
- The rest takes on the kind of slash that the new beginning has. In a path that had only `/` for one, `\` is a character like any other.
*/
export const createMapPath = (table: PathTable): ((text: string) => string) => {
	const rules = Object.entries(table)
		.map(([from, to]) => createRule(from, to))
		.toSorted((a, b) => b.length - a.length);
	return (text) => {
		for (const rule of rules) {
			const mapped = rule.map(text);
			if (mapped !== undefined) {
				return mapped;
			}
		}

		return text;
	};
};

/** The way back: what was mapped by a table becomes what it was, but for the kind of slashes and letters that mean the same. */
export const createMapPathBack = (
	table: PathTable,
): ((text: string) => string) => createMapPath(invertTable(table));

type Rule = {
	readonly length: number;
	readonly map: (text: string) => string | undefined;
};

const createRule = (from: string, to: string): Rule => {
	const isForeign = isWindowsPath(from);
	const plain = (text: string): string =>
		isForeign ? text.replaceAll('\\', '/').toLowerCase() : text;
	const {length} = withoutLastSlashes(from);
	const beginning = plain(from.slice(0, length));
	const target = withoutLastSlashes(to);
	const slashes = isForeign ? /[\/\\]/v : '/';
	const slash = to.includes('\\') ? '\\' : '/';
	const isEnd = (character: string | undefined): boolean =>
		character === '/' || (isForeign && character === '\\');
	return {
		length,
		map(text) {
			const rest = text.slice(length);
			if (
				plain(text.slice(0, length)) !== beginning ||
				!(isEnd(rest[0]) || (rest === '' && length > 0))
			) {
				return undefined;
			}

			if (rest === '') {
				// The root of a drive or of everything is nothing without its slash.
				return target === '' || target.endsWith(':')
					? `${target}${slash}`
					: target;
			}

			return `${target}${rest.split(slashes).join(slash)}`;
		},
	};
};

/** With a drive letter, or on a named server. */
export const isWindowsPath = (text: string): boolean =>
	/^(?:[A-Za-z]:(?:[\/\\]|$)|[\/\\]{2}[^\/\\])/v.test(text);

const withoutLastSlashes = (text: string): string => {
	let {length} = text;
	while (length > 0 && '/\\'.includes(text[length - 1] ?? '')) {
		length--;
	}

	return text.slice(0, length);
};
