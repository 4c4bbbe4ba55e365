/** One of these comes after the other. */
export type GlobPiece =
	/** One character that fits. */
	| {readonly kind: 'one'; readonly fits: Fits}
	/** Any characters, or none. */
	| {readonly kind: 'any'}
	/** One of several. */
	| {readonly kind: 'choice'; readonly ways: readonly GlobPieces[]};

export type GlobPieces = readonly GlobPiece[];

/**
What a shell's glob says: `*`, `?`, `[a-z]`, `[!a-z]`, `[[:digit:]]`, `{one,other}`, and a backslash before what is to mean itself. What is opened and not closed means itself too, so that every text is a glob.
*/
export const parseGlob = (glob: string): GlobPieces => {
	const signs = readSigns([...glob]);
	pairBraces(signs);
	return readPieces(signs);
};

type Brace = {
	readonly kind: '{' | ',' | '}';
	/** It belongs to braces that are closed and have a comma; else it means itself. */
	isPaired: boolean;
};

type Sign = Brace | {readonly kind: 'piece'; readonly piece: GlobPiece};

const isBrace = (character: string): character is Brace['kind'] =>
	['{', ',', '}'].includes(character);

const same = (character: string): GlobPiece => ({
	kind: 'one',
	fits: (other) => other === character,
});

const readSigns = (characters: readonly string[]): readonly Sign[] => {
	const signs: Sign[] = [];
	for (let index = 0; index < characters.length; index++) {
		const character = characters[index]!;
		if (isBrace(character)) {
			signs.push({kind: character, isPaired: false});
			continue;
		}

		const set = character === '[' ? readSet(characters, index) : undefined;
		if (set !== undefined) {
			index = set.end;
			signs.push({kind: 'piece', piece: {kind: 'one', fits: set.fits}});
		} else if (character === '*') {
			signs.push({kind: 'piece', piece: {kind: 'any'}});
		} else if (character === '?') {
			signs.push({kind: 'piece', piece: {kind: 'one', fits: () => true}});
		} else if (character === '\\' && index + 1 < characters.length) {
			index += 1;
			signs.push({kind: 'piece', piece: same(characters[index]!)});
		} else {
			signs.push({kind: 'piece', piece: same(character)});
		}
	}

	return signs;
};

/** Finds which braces belong together, with the commas between them. */
const pairBraces = (signs: readonly Sign[]): void => {
	const open: Brace[][] = [];
	for (const sign of signs) {
		if (sign.kind === 'piece') {
			continue;
		}

		if (sign.kind === '{') {
			open.push([]);
		}

		open.at(-1)?.push(sign);
		if (sign.kind !== '}') {
			continue;
		}

		const together = open.pop() ?? [];
		for (const one of together) {
			one.isPaired = together.length > 2;
		}
	}
};

const readPieces = (signs: readonly Sign[]): GlobPieces => {
	let index = 0;

	/** Up to the end, or to the comma or the brace that ends it. */
	const readWay = (): GlobPieces => {
		const pieces: GlobPiece[] = [];
		for (; index < signs.length; index++) {
			const sign = signs[index]!;
			if (sign.kind === 'piece') {
				pieces.push(sign.piece);
			} else if (!sign.isPaired) {
				pieces.push(same(sign.kind));
			} else if (sign.kind === '{') {
				pieces.push({kind: 'choice', ways: readWays()});
			} else {
				break;
			}
		}

		return pieces;
	};

	/** From a brace to the one that closes it. */
	const readWays = (): readonly GlobPieces[] => {
		const ways: GlobPieces[] = [];
		do {
			index += 1;
			ways.push(readWay());
		} while (signs[index]?.kind === ',');

		return ways;
	};

	return readWay();
};

type Fits = (character: string) => boolean;

/** As in the C locale. */
const classes: ReadonlyMap<string, RegExp> = new Map([
	['alnum', /[0-9A-Za-z]/v],
	['alpha', /[A-Za-z]/v],
	['blank', /[\t ]/v],
	['digit', /\d/v],
	['lower', /[a-z]/v],
	['punct', /[[\p{Punctuation}\p{Symbol}]&&\p{ASCII}]/v],
	['space', /[\t\n\v\f\r ]/v],
	['upper', /[A-Z]/v],
	['xdigit', /[0-9a-f]/iv],
]);

/** `[…]`, and where it ends; undefined: it is not closed. */
const readSet = (
	characters: readonly string[],
	start: number,
): {readonly fits: Fits; readonly end: number} | undefined => {
	const isNegated = ['!', '^'].includes(characters[start + 1] ?? '');
	const first = start + (isNegated ? 2 : 1);
	const members: Fits[] = [];
	let index = first;
	const read = (): string | undefined => {
		index += characters[index] === '\\' ? 1 : 0;
		return characters[index++];
	};

	// The first one is no end.
	while (index === first || characters[index] !== ']') {
		const named = readClass(characters, index);
		if (named !== undefined) {
			members.push(named.fits);
			index = named.end;
			continue;
		}

		const from = read();
		const isRange =
			characters[index] === '-' && (characters[index + 1] ?? ']') !== ']';
		index += isRange ? 1 : 0;
		const to = isRange ? read() : from;
		if (from === undefined || to === undefined) {
			return undefined;
		}

		members.push((character) => isBetween(character, from, to));
	}

	return {
		fits: (character) => members.some((fits) => fits(character)) !== isNegated,
		end: index,
	};
};

/** `[:digit:]` within a set, and what comes after it. */
const readClass = (
	characters: readonly string[],
	start: number,
): {readonly fits: Fits; readonly end: number} | undefined => {
	if (characters[start] !== '[' || characters[start + 1] !== ':') {
		return undefined;
	}

	const end = characters.indexOf(':', start + 2);
	const known = classes.get(characters.slice(start + 2, end).join(''));
	return known !== undefined && characters[end + 1] === ']'
		? {fits: (character) => known.test(character), end: end + 2}
		: undefined;
};

/** By their numbers in Unicode. */
const isBetween = (character: string, from: string, to: string): boolean => {
	const number = character.codePointAt(0)!;
	return from.codePointAt(0)! <= number && number <= to.codePointAt(0)!;
};
