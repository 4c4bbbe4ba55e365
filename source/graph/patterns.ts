import {createGlobMatcher} from './match-glob.js';
import {fault, ok, type Parsed} from './parsed.js';
import {parseWords} from './words.js';

/** Names are selected by these: matching one of `include`, and none of `exclude`. */
export type Patterns = {
	readonly include: readonly string[];
	readonly exclude: readonly string[];
};

/** Longer ones are nothing that a person writes, and slow to compile. */
const longest = 1000;

/** Read patterns as people write them: shell globs separated by spaces, quotes for names with spaces, a leading `^` excludes: `* ^tmp_*`. */
export const parsePatterns = (text: string): Parsed<Patterns> => {
	const words = parseWords(text, {keepEscapes: true});
	if (words.kind === 'fault') {
		return words;
	}

	const include: string[] = [];
	const exclude: string[] = [];
	for (const word of words.value) {
		if (word.length > longest) {
			return fault(
				`a pattern has ${word.length} characters, but may have at most ${longest}`,
			);
		}

		if (word.startsWith('^')) {
			exclude.push(word.slice(1));
		} else {
			include.push(word);
		}
	}

	return ok({include, exclude});
};

/** Those of the names that the patterns select, in their order. */
export const selectByPatterns = (
	names: readonly string[],
	{include, exclude}: Patterns,
): string[] =>
	names.filter(
		(name) => matchesAny(name, include) && !matchesAny(name, exclude),
	);

/** Whether one of these globs matches the whole name. Names are no paths: a `*` matches dots and slashes too. */
export const matchesAny = (
	name: string,
	patterns: readonly string[],
): boolean => patterns.some((pattern) => matcherOf(pattern)(name));

/** Patterns come from nodes' parameters and are few; those that expressions make must not fill the memory. */
const mostMatchers = 1000;
const matchers = new Map<string, (name: string) => boolean>();

const matcherOf = (pattern: string): ((name: string) => boolean) => {
	const known = matchers.get(pattern);
	if (known) {
		return known;
	}

	if (matchers.size >= mostMatchers) {
		matchers.clear();
	}

	const matcher = createGlobMatcher(pattern);
	matchers.set(pattern, matcher);
	return matcher;
};
