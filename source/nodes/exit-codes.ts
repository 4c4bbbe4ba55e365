import {fault, ok, type Parsed} from '../graph/parsed.js';

/** Exit codes as people write them: `0 3-5`. */
export const parseExitCodes = (text: string): Parsed<readonly number[]> => {
	const codes: number[] = [];
	for (const word of text.split(/[\s,]+/).filter((part) => part !== '')) {
		const [, first, last = first] = /^(\d{1,10})(?:-(\d{1,10}))?$/.exec(word) ?? [];
		if (first === undefined || Number(last) < Number(first) || Number(last) - Number(first) > mostInRange) {
			return fault(`exit codes are numbers and ranges such as "0 3-5", not ${JSON.stringify(word)}`);
		}

		for (let code = Number(first); code <= Number(last); code++) {
			codes.push(code);
		}
	}

	return ok(codes);
};

const mostInRange = 1000;
