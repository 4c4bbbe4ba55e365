import fs from 'node:fs';
import {marksPath} from '../core/log-path.js';
import {
	markedBytes,
	marksBetween,
	packMarks,
	parseMarks,
	type PackedMarks,
} from '../core/log-marks.js';

/** What is noted of some bytes of a log. */
export const readMarks = (
	log: string,
	{offset, limit}: {readonly offset: number; readonly limit: number},
): PackedMarks => {
	const text = textBeside(log);
	return packMarks(
		marksBetween(text, {from: offset, to: offset + limit}),
		markedBytes(text),
	);
};

/** All that is noted of a log. Undefined: nothing. */
export const readAllMarks = (log: string): PackedMarks | undefined => {
	const found = parseMarks(textBeside(log));
	return found && packMarks(found.marks, found.marks.at(-1)?.end ?? 0);
};

const textBeside = (log: string): string => {
	try {
		return fs.readFileSync(marksPath(log), 'latin1');
	} catch {
		return '';
	}
};
