/** Writes so many bytes of lines in so many seconds; a line every 50 ms says when it was written: `at MILLISECONDS`. */
import fs from 'node:fs';
import process from 'node:process';

const [bytes = '0', seconds = '1'] = process.argv.slice(2);
const everyMs = 50;
const pieces = Math.max(1, Math.round((Number(seconds) * 1000) / everyMs));
const line = `${'0123456789'.repeat(8)}\n`;
const piece = line.repeat(
	Math.max(1, Math.floor(Number(bytes) / pieces / line.length)),
);
let written = 0;
const timer = setInterval(() => {
	fs.writeSync(1, `${piece}at ${Date.now()}\n`);
	written += 1;
	if (written === pieces) {
		clearInterval(timer);
	}
}, everyMs);
