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
		const between = isBegun ? 0.5 : distance(written, candidate.toLowerCase());
		if (!(between < bestDistance)) {
			continue;
		}

		best = candidate;
		bestDistance = between;
	}

	return best;
};

/** `; did you mean "render"?`, or a full stop where nothing is near. Ends a sentence. */
export const didYouMean = (word: string, known: Iterable<string>): string => {
	const found = nearest(word, known);
	return found === undefined ? '.' : `; did you mean "${found}"?`;
};
