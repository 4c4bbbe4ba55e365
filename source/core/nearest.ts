import {distance} from 'fastest-levenshtein';

/** The known word that was most likely meant, or undefined where none is near enough to be worth naming. A word that begins with what was written is near. */
export const nearest = (
	word: string,
	known: Iterable<string>,
): string | undefined => {
	const written = word.toLowerCase();
	let best: string | undefined;
	let bestDistance = Math.max(1, Math.floor(word.length / 3)) + 1;
	for (const candidate of known) {
		const isBegun =
			written.length > 1 && candidate.toLowerCase().startsWith(written);
		const between = isBegun ? 0.5 : apart(written, candidate.toLowerCase());
		if (!(between < bestDistance)) {
			continue;
		}

		best = candidate;
		bestDistance = between;
	}

	return best;
};

/** How many letters are others; two that only stand the other way round are one, as fingers make them. */
const apart = (word: string, other: string): number => {
	const at = [...word].findIndex((letter, index) => letter !== other[index]);
	return at !== -1 &&
		word.slice(0, at) +
			word.charAt(at + 1) +
			word.charAt(at) +
			word.slice(at + 2) ===
			other
		? 1
		: distance(word, other);
};

/** `; did you mean "render"?`, or a full stop where nothing is near. Ends a sentence. */
export const didYouMean = (word: string, known: Iterable<string>): string => {
	const found = nearest(word, known);
	return found === undefined ? '.' : `; did you mean "${found}"?`;
};
