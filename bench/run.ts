/**
`npm run bench -- NAME...`: measures, prints one JSON line for each benchmark on standard output and one line for people on standard error.
*/
import process from 'node:process';
import {parseArgs} from 'node:util';
import {loaders} from './benchmarks.js';
import {toJson, toLine} from './measure/report.js';

const {values, positionals} = parseArgs({
	allowPositionals: true,
	options: {
		runs: {type: 'string', default: '3'},
		quick: {type: 'boolean', default: false},
		profile: {type: 'string'},
		finished: {type: 'string'},
	},
});
const names = positionals.includes('all')
	? loaders.keys().toArray()
	: positionals;
const runs = Number(values.runs);
const finished =
	values.finished === undefined ? undefined : Number(values.finished);
const unknown = names.filter((name) => !loaders.has(name));
const say = (text: string): void => {
	process.stderr.write(`${text}\n`);
};

if (
	names.length === 0 ||
	unknown.length > 0 ||
	!(runs >= 1) ||
	(finished !== undefined && !(finished >= 0 && finished % 1000 === 0))
) {
	say(
		[
			...unknown.map((name) => `There is no benchmark ${name}.`),
			`npm run bench -- NAME... [--runs N] [--quick] [--profile FOLDER] [--finished N], where NAME is ${loaders.keys().toArray().join(', ')} or all.`,
			'--runs: how often each is measured (3); --quick: a fraction of the work, to see that it works; --profile: CPU profiles of the farm; --finished: how many tasks finished before, a multiple of 1000, for scale and past (1000000), retention (300000) and wide (0).',
		].join('\n'),
	);
	process.exitCode = 2;
} else {
	for (const name of names) {
		/* eslint-disable no-await-in-loop -- one at a time: they would disturb each other */
		const {benchmark} = (await loaders.get(name)?.()) ?? {};
		if (!benchmark) {
			continue;
		}

		const report = {
			benchmark: name,
			measures: await benchmark({
				runs,
				quick: values.quick,
				profile: values.profile,
				finished,
				say,
			}),
		};
		process.stdout.write(`${JSON.stringify(toJson(report))}\n`);
		say(toLine(report));
		/* eslint-enable no-await-in-loop */
	}
}
