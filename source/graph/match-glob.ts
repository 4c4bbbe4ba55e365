import {parseGlob, type GlobPieces} from './glob.js';

/**
Whether a whole text is what a shell's glob says.

It takes time as the text's length times the glob's, and no more. Globs come from people and, by expressions, from tasks; what is made of them for a regular expression, as all libraries do, may take time without end (https://github.com/isaacs/minimatch#important-security-consideration): `*a*a*a*a*ab` against sixty letters a took more than a second, in the middle of a turn. So all places of the glob that the text may have come to are followed at once, as Thompson did (https://swtch.com/~rsc/regexp/regexp1.html).
*/
export const createGlobMatcher = (
	glob: string,
): ((text: string) => boolean) => {
	if (!/[*?\[\\\{]/v.test(glob)) {
		return (text) => text === glob;
	}

	const end: Place = {kind: 'end'};
	const start = placesOf(parseGlob(glob), end);
	return (text) => {
		let reached = new Set<Place>();
		reach(start, reached);
		for (const character of text) {
			const next = new Set<Place>();
			for (const place of reached) {
				if (place.kind === 'any') {
					reach(place, next);
				} else if (place.kind === 'one' && place.fits(character)) {
					reach(place.after, next);
				}
			}

			if (next.size === 0) {
				return false;
			}

			reached = next;
		}

		return reached.has(end);
	};
};

/** Where one may be in a glob, and what comes then. */
type Place =
	| {readonly kind: 'end'}
	| {
			readonly kind: 'one';
			readonly fits: (character: string) => boolean;
			readonly after: Place;
	  }
	| {readonly kind: 'any'; readonly after: Place}
	| {readonly kind: 'choice'; readonly ways: readonly Place[]};

const placesOf = (pieces: GlobPieces, end: Place): Place => {
	let after = end;
	for (const piece of pieces.toReversed()) {
		const then = after;
		after =
			piece.kind === 'choice'
				? {
						kind: 'choice',
						ways: piece.ways.map((way) => placesOf(way, then)),
					}
				: {...piece, after: then};
	}

	return after;
};

/** Whoever is at a place is also where nothing more of the text is needed to come to. */
const reach = (place: Place, reached: Set<Place>): void => {
	if (reached.has(place)) {
		return;
	}

	reached.add(place);
	if (place.kind === 'any') {
		reach(place.after, reached);
	} else if (place.kind === 'choice') {
		for (const way of place.ways) {
			reach(way, reached);
		}
	}
};
