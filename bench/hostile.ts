/**
`npm run hostile -- [--minutes N] [--seed S] [--only NAME,...] [--full] [--control] [--profile FOLDER]`: random and mutated traffic against every open port of a farm that works. The farm works at 40 tasks a second, or, `--full`, at as many as the machine can. With `--control` there are phases beside the same attack on a port that is no farm's, too: what the attackers take of the machine by themselves. Prints a line for each phase on standard error, and the figures as one JSON line on standard output. Ends with status 1 where the work's rate under attack is less than half of that in peace, or memory is not bounded.
*/
import process from 'node:process';
import {parseArgs} from 'node:util';
import {mean, type Kind} from './hostile/measure-under-attack.js';
import {runHostile} from './hostile/run-hostile.js';

const {values} = parseArgs({
	options: {
		minutes: {type: 'string', default: '1'},
		seed: {type: 'string', default: String(Date.now() % 1_000_000)},
		phase: {type: 'string', default: '10'},
		only: {type: 'string', default: ''},
		full: {type: 'boolean', default: false},
		control: {type: 'boolean', default: false},
		profile: {type: 'string'},
	},
});
const seed = Number(values.seed);
const say = (text: string): void => {
	process.stderr.write(`${text}\n`);
};

say(`seed ${seed}`);
const {phases, rateOf, peakMemoryBytes, figures} = await runHostile({
	totalMs: Number(values.minutes) * 60_000,
	phaseMs: Number(values.phase) * 1000,
	seed,
	only: values.only.split(',').filter((name) => name !== ''),
	isFull: values.full,
	hasControl: values.control,
	profile: values.profile,
	say,
});
const rounded = (value: number): number => Math.round(value * 100) / 100;
const inMebibytes = (bytes = NaN): number => Math.round(bytes / 2 ** 20);
const perKind = (kind: Kind) => ({
	tasks_per_s: rounded(rateOf(kind)),
	connects_per_s: rounded(mean(phases, kind, (one) => one.connectionRate)),
	scheduler_cores: rounded(mean(phases, kind, ({cores}) => cores[0] ?? NaN)),
	worker_cores: rounded(mean(phases, kind, ({cores}) => cores[1] ?? NaN)),
	attackers_cores: rounded(mean(phases, kind, ({cores}) => cores[2] ?? NaN)),
});
const share = rateOf('attacked') / rateOf('calm');
const mostMemoryBytes = 1024 * 2 ** 20;
const isBounded = peakMemoryBytes.every((bytes) => bytes < mostMemoryBytes);
process.stdout.write(
	`${JSON.stringify({
		seed,
		phases: phases.length,
		calm: perKind('calm'),
		...(values.control && {beside: perKind('beside')}),
		attacked: perKind('attacked'),
		share: rounded(share),
		...(values.control && {
			share_of_beside: rounded(rateOf('attacked') / rateOf('beside')),
		}),
		scheduler_peak_mib: inMebibytes(peakMemoryBytes[0]),
		worker_peak_mib: inMebibytes(peakMemoryBytes[1]),
		...figures,
	})}\n`,
);
if (!isBounded || !(share >= 0.5)) {
	say('The promise is broken: half of the usual rate, in bounded memory.');
	process.exitCode = 1;
}
