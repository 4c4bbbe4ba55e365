/**
`npm run hostile -- [--minutes N] [--seed S] [--only NAME,...] [--full]`: random and mutated traffic against every open port of a farm that works. The farm works at 40 tasks a second, or, `--full`, at as many as the machine can. Prints a line for each phase on standard error, and the figures as one JSON line on standard output. Ends with status 1 where the work's rate under attack is less than half of that in peace, or memory is not bounded.
*/
import process from 'node:process';
import {parseArgs} from 'node:util';
import {runHostile} from './hostile/run-hostile.js';

const {values} = parseArgs({
	options: {
		minutes: {type: 'string', default: '1'},
		seed: {type: 'string', default: String(Date.now() % 1_000_000)},
		phase: {type: 'string', default: '10'},
		only: {type: 'string', default: ''},
		full: {type: 'boolean', default: false},
	},
});
const seed = Number(values.seed);
const say = (text: string): void => {
	process.stderr.write(`${text}\n`);
};

say(`seed ${seed}`);
const {phases, calmRate, attackedRate, peakMemoryBytes, figures} =
	await runHostile({
		totalMs: Number(values.minutes) * 60_000,
		phaseMs: Number(values.phase) * 1000,
		seed,
		only: values.only.split(',').filter((name) => name !== ''),
		isFull: values.full,
		say,
	});
const share = attackedRate / calmRate;
const mostMemoryBytes = 1024 * 2 ** 20;
const isBounded = peakMemoryBytes.every((bytes) => bytes < mostMemoryBytes);
process.stdout.write(
	`${JSON.stringify({
		seed,
		phases: phases.length,
		calm_tasks_per_s: Math.round(calmRate),
		attacked_tasks_per_s: Math.round(attackedRate),
		share: Math.round(share * 100) / 100,
		scheduler_peak_mib: Math.round((peakMemoryBytes[0] ?? NaN) / 2 ** 20),
		worker_peak_mib: Math.round((peakMemoryBytes[1] ?? NaN) / 2 ** 20),
		...figures,
	})}\n`,
);
if (!isBounded || !(share >= 0.5)) {
	say('The promise is broken: half of the usual rate, in bounded memory.');
	process.exitCode = 1;
}
