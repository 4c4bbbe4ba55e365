import {FarmError} from '../core/errors.js';
import {echo} from './echo.js';

/** More would not fit into one task in any useful way: chunks are cut from the list by the graph. */
const mostFrames = 1_000_000;

/**
Frame numbers in the order in which they were written, each once: `1-100x2,200`. A range may run down (`100-1`), and from or to a negative number (`-10--5`).

@throws FarmError `INVALID` that names the part that is no range.
*/
export const parseFrames = (text: string): number[] => {
	const frames = new Set<number>();
	for (const part of text.split(',')) {
		for (const frame of parsePart(part.trim(), text)) {
			if (frames.size === mostFrames && !frames.has(frame)) {
				throw invalid(
					text,
					`it has more than ${mostFrames} frames; let a node split a range instead`,
				);
			}

			frames.add(frame);
		}
	}

	return [...frames];
};

function* parsePart(part: string, text: string): Generator<number> {
	const groups =
		/^(?<first>-?\d+)(?:\s*-\s*(?<last>-?\d+)(?:\s*x\s*(?<step>\d+))?)?$/v.exec(
			part,
		)?.groups;
	if (groups === undefined) {
		throw invalid(
			text,
			part === ''
				? 'a part of it is empty'
				: `${echo(part)} is no frame and no range`,
		);
	}

	const first = Number(groups['first']);
	const last = Number(groups['last'] ?? groups['first']);
	const step = Number(groups['step'] ?? 1);
	if ([first, last, step].some((number) => !Number.isSafeInteger(number))) {
		throw invalid(text, `${echo(part)} has a number that is too large`);
	}

	if (step === 0) {
		throw invalid(text, `${echo(part)} has a step of 0`);
	}

	const direction = last < first ? -1 : 1;
	for (
		let frame = first;
		direction === 1 ? frame <= last : frame >= last;
		frame += direction * step
	) {
		// Zero has one spelling.
		yield frame === 0 ? 0 : frame;
	}
}

const invalid = (text: string, reason: string): FarmError =>
	new FarmError(
		'INVALID',
		`--frames ${echo(text)} cannot be read: ${reason}. Frames are written like 1-100, 1-100x2 or 1,5,10-20.`,
	);
