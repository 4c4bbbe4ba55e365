import {spawn, type ChildProcess} from 'node:child_process';
import {once} from 'node:events';
import fs from 'node:fs';
import path from 'node:path';

/** Seconds until `cat` has written a file into another one so many times, so many at a time. The copies go. */
export const secondsToCat = async (
	folder: string,
	{
		file,
		copies,
		atOnce,
	}: {readonly file: string; readonly copies: number; readonly atOnce: number},
): Promise<number> => {
	let next = 0;
	const begun = performance.now();
	const copySome = async (): Promise<void> => {
		while (next < copies) {
			const copy = path.join(folder, `raw-cat-${next}`);
			next += 1;
			await once(writingInto(copy, ['cat', file]), 'exit'); // eslint-disable-line no-await-in-loop -- the next one when this one has ended
		}
	};

	await Promise.all(Array.from({length: atOnce}, copySome));
	const took = (performance.now() - begun) / 1000;
	for (let number = 0; number < copies; number += 1) {
		fs.rmSync(path.join(folder, `raw-cat-${number}`));
	}

	return took;
};

/** A process whose output is a file. */
export const writingInto = (
	file: string,
	[program, ...words]: readonly [string, ...string[]],
): ChildProcess => {
	const output = fs.openSync(file, 'a');
	try {
		return spawn(program, words, {stdio: ['ignore', output, output]});
	} finally {
		fs.closeSync(output);
	}
};
