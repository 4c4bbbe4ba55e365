/** The home row first. */
const alphabet = 'asdfghjklqwertyuiopzxcvbnm';

/**
Letters to choose from so many places: as few keys as can be, all of the same length, so that none begins another.
*/
export const hintLetters = (count: number): readonly string[] => {
	let length = 1;
	while (alphabet.length ** length < count) {
		length += 1;
	}

	return Array.from({length: count}, (_, index) => {
		let rest = index;
		let letters = '';
		for (let place = 0; place < length; place += 1) {
			letters = (alphabet[rest % alphabet.length] ?? '') + letters;
			rest = Math.floor(rest / alphabet.length);
		}

		return letters;
	});
};
