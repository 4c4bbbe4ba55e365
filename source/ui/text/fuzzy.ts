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

/** Of what has a name and a note, that whose name fits, best first; then that of which every word typed begins a word of the name or the note. */
export const fuzzyChoices = <
	Item extends {readonly label: string; readonly note?: string | undefined},
>(
	typed: string,
	items: readonly Item[],
): readonly Item[] => {
	const named = fuzzyOrder(typed, items, ({label}) => label);
	const words = typed
		.toLowerCase()
		.split(/\s+/v)
		.filter((word) => word !== '');
	return [
		...named,
		...items.filter(
			(item) =>
				!named.includes(item) &&
				words.every((word) => begins(`${item.label} ${item.note ?? ''}`, word)),
		),
	];
};

const begins = (text: string, word: string): boolean => {
	const within = text.toLowerCase();
	let at = within.indexOf(word);
	while (at !== -1 && !isWordStart(within, at)) {
		at = within.indexOf(word, at + 1);
	}

	return at !== -1;
};

const isWordStart = (text: string, at: number): boolean =>
	at === 0 || /[^\p{Letter}\p{Number}]/v.test(text[at - 1]!);
