/** Runs `true` so many times, so many at a time, with its output to files as a worker does it; prints how many a second. */
import {spawn} from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import process from 'node:process';

const [folder = '.', count = '1', atOnce = '1'] = process.argv.slice(2);
let started = 0;
let ended = 0;
const begun = performance.now();

const next = (): void => {
	if (started === Number(count)) {
		return;
	}

	started += 1;
	const file = path.join(folder, `${started}.log`);
	const output = fs.openSync(file, 'a');
	const child = spawn('true', {stdio: ['ignore', output, output]});
	fs.closeSync(output);
	child.once('exit', () => {
		ended += 1;
		if (ended === Number(count)) {
			console.log((ended * 1000) / (performance.now() - begun));
		} else {
			next();
		}
	});
};

for (let index = 0; index < Number(atOnce); index += 1) {
	next();
}
