/** How well what was typed fits a text: its letters in order, better together and at the beginnings of words. Undefined: not at all. */
const fuzzyScore = (typed: string, text: string): number | undefined => {
	if (typed === '') {
		return 0;
	}

	const sought = typed.toLowerCase();
	const within = text.toLowerCase();
	const whole = within.indexOf(sought);
	if (whole !== -1) {
		return 1000 - whole - (isWordStart(within, whole) ? 0 : 200);
	}

	let score = 0;
	let at = 0;
	let last = -2;
	for (const letter of sought) {
		if (letter === ' ') {
			continue;
		}

		const found = within.indexOf(letter, at);
		if (found === -1) {
			return undefined;
		}

		score += found === last + 1 ? 10 : isWordStart(within, found) ? 8 : 1;
		last = found;
		at = found + 1;
	}

	return score;
};

/** What fits, best first; among equals as they came. */
export const fuzzyOrder = <Item>(
	typed: string,
	items: readonly Item[],
	textOf: (item: Item) => string,
): readonly Item[] =>
	typed === ''
		? items
		: items
				.flatMap((item) => {
					const score = fuzzyScore(typed, textOf(item));
					return score === undefined ? [] : [{item, score}];
				})
				.toSorted((a, b) => b.score - a.score)
				.map(({item}) => item);

const isWordStart = (text: string, at: number): boolean =>
	at === 0 || /[^\p{Letter}\p{Number}]/v.test(text[at - 1]!);
