/**
`npm run torture -- --minutes N --seed S`: a farm of real processes under random work, edits and faults, and then whether all of it was done right. Progress goes to standard error; the figures to standard output, as text and as one JSON line. Exit status 1: something was not right.
*/
import fs from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import {parseArgs} from 'node:util';
import {createChronicle} from './chronicle.js';
import {makeFolder} from './farm/farm.js';
import {torture, type Figures} from './torture.js';

const {values} = parseArgs({
	options: {
		minutes: {type: 'string', default: '5'},
		seed: {type: 'string'},
		workers: {type: 'string', default: '3'},
	},
});
const seed = Number(values.seed ?? Date.now() % 2 ** 31);
const minutes = Number(values.minutes);
const workers = Number(values.workers);
const say = (text: string): void => {
	process.stderr.write(`${text}\n`);
};

if (minutes > 0 && workers >= 1 && Number.isSafeInteger(seed)) {
	const ending = new AbortController();
	for (const signal of ['SIGINT', 'SIGTERM'] as const) {
		process.once(signal, () => {
			ending.abort(new Error(`${signal} came.`));
		});
	}

	const folder = makeFolder();
	const chronicle = createChronicle(path.join(folder, 'chronicle'));
	say(`The seed is ${seed}; what happens is written to ${chronicle.file}`);
	chronicle.note(`seed ${seed}, ${minutes} minutes, ${workers} workers`);
	try {
		const figures = await torture({
			seed,
			minutes,
			workers,
			folder,
			chronicle,
			say,
			signal: ending.signal,
		});
		report(figures);
		if (figures.violations.length === 0) {
			fs.rmSync(folder, {recursive: true, force: true});
		} else {
			process.exitCode = 1;
			say(
				`The seed was ${seed}; all that happened, and the database as it was, is in ${folder}`,
			);
		}
	} catch (error) {
		process.exitCode = 1;
		say(
			`It did not come to its end (seed ${seed}, see ${folder}): ${error instanceof Error ? error.stack : String(error)}`,
		);
	}

	function report({violations, ...figures}: Figures): void {
		const seconds = Math.round(chronicle.elapsed());
		const lines = [
			...violations.map((text) => `WRONG: ${text}`),
			`${total(figures.faults)} faults thrown: ${listed(figures.faults)}`,
			`${total(figures.edits)} edits made: ${listed(figures.edits)}`,
			`${figures.submitted} tasks submitted, which became ${figures.tasks}; ${figures.processes} processes began, of ${figures.invocations} invocations`,
			`${violations.length} things were not as they should be (seed ${seed}, ${seconds} s)`,
			JSON.stringify({seed, seconds, ...figures, found: violations.length}),
		];
		process.stdout.write(`${lines.join('\n')}\n`);
	}
} else {
	say(
		'npm run torture -- [--minutes N] [--seed S] [--workers N]: N minutes (5), with the decisions of the whole number S, on N workers (3).',
	);
	process.exitCode = 2;
}

function total(counts: Readonly<Record<string, number>>): number {
	return Object.values(counts).reduce((sum, count) => sum + count, 0);
}

function listed(counts: Readonly<Record<string, number>>): string {
	return Object.entries(counts)
		.map(([name, count]) => `${name} ${count}`)
		.join(', ');
}
