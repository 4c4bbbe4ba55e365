import {Buffer} from 'node:buffer';
import {setTimeout as delay} from 'node:timers/promises';
import fc from 'fast-check';
import test from 'ava';
import {systemClock} from '../source/core/clock.js';
import {invocationId, taskId} from '../source/core/ids.js';
import {parseNvidia, parseRocm} from '../source/worker/machine.js';
import {processEnvironment} from '../source/worker/process-environment.js';
import {parsePs} from '../source/worker/process-table.js';
import {createMeasurer} from '../source/worker/measure.js';
import {createProgressPattern} from '../source/worker/progress-pattern.js';
import {createProgressReader} from '../source/worker/progress.js';
import {parseRecord} from '../source/worker/record.js';
import {until} from './helpers/until.js';

test('progress is the same wherever the output is cut', (t) => {
	fc.assert(
		fc.property(
			fc.array(
				fc.constantFrom(
					'ALF_PROGRESS 12.5%\n',
					'openjd_status: ü\r\n',
					'noise\r',
					'openjd_progress: 99\n',
					'xopenjd_fail: no\n',
					'\n',
				),
				{minLength: 1},
			),
			fc.integer({min: 1, max: 9}),
			(lines, size) => {
				const bytes = Buffer.from(lines.join(''));
				const whole = createProgressReader(createProgressPattern(''));
				const cut = createProgressReader(createProgressPattern(''));
				let seen: unknown = {};
				for (let offset = 0; offset < bytes.length; offset += size) {
					seen = {
						...(seen as Record<string, unknown>),
						...cut.push(bytes.subarray(offset, offset + size)),
					};
				}

				// Where Alfred's and OpenJD's are mixed, whichever piece came last wins; the status does not depend on that.
				const expected = whole.push(bytes);
				t.is((seen as {status?: string}).status, expected.status);
				t.false('failure' in (seen as Record<string, unknown>));
				t.is(
					(seen as {percent?: number}).percent === undefined,
					expected.percent === undefined,
				);
			},
		),
	);
});

test('progress is within its bounds and never what is no number', (t) => {
	const find = (pattern: string, line: string) =>
		createProgressPattern(pattern).find([line]);
	t.deepEqual(find('', 'ALF_PROGRESS 37%'), {percent: 37});
	t.deepEqual(find('', 'ALF_PROGRESS 370%'), {percent: 100});
	t.deepEqual(find(String.raw`(\d+)/(\d+)`, 'tile 3/12'), {percent: 25});
	t.deepEqual(find(String.raw`(\d+)/(\d+)`, 'tile 3/0'), {});
	t.deepEqual(find(String.raw`(\d+)/(\d+)`, 'tile 0/0'), {});
	t.deepEqual(find('done (.*)', 'done soon'), {});
	t.deepEqual(
		find(
			String.raw`(?<total>\d+) in all, (?<current>\d+) done`,
			'8 in all, 2 done',
		),
		{percent: 25},
	);
	t.deepEqual(find(String.raw`(?<percent>\d+) ?(%|percent)`, 'at 40 percent'), {
		percent: 40,
	});
	t.regex(find('(', 'x').status ?? '', /no regular expression/v);
});

test('what a line says that came in pieces counts, with what comes after it', (t) => {
	const reader = createProgressReader(createProgressPattern(''));
	const push = (text: string) => reader.push(Buffer.from(text));
	t.deepEqual(push('ALF_PROG'), {});
	t.deepEqual(push('RESS 5%\nopenjd_status: on'), {percent: 5});
	t.deepEqual(push(' the way\nALF_PROGRESS 6%\rx'), {
		percent: 6,
		status: 'on the way',
	});
	t.deepEqual(push('\n'), {});
});

test('attributes that would not fit into an environment are left out of it', (t) => {
	const attributes = {
		first: 'x',
		...Object.fromEntries(
			Array.from({length: 40}, (_, index) => [
				`large_${index}`,
				'\u{20AC}'.repeat(29_000),
			]),
		),
		larger: 'x'.repeat(30_001),
		last: 1.5,
	};
	const environment = processEnvironment({
		resolved: {},
		added: {},
		attributes,
		attributesFile: '/attributes.json',
		filesFolder: undefined,
		invocation: invocationId(1),
		task: taskId(2),
		jobs: {address: '127.0.0.1:1', token: 'x'},
		runtime: {bin: undefined, python: undefined},
	});
	t.is(environment['LBATTR_first'], 'x');
	t.is(environment['LBATTR_last'], '1.5');
	t.is(environment['LBATTR_larger'], undefined);
	t.true('LBATTR_large_0' in environment);
	t.true(Buffer.byteLength(JSON.stringify(environment)) < 1024 * 1024);
});

test('a line without end is bounded', (t) => {
	const reader = createProgressReader(createProgressPattern(''));
	for (let index = 0; index < 1000; index++) {
		reader.push(Buffer.alloc(100_000, 'x'));
	}

	t.deepEqual(reader.push(Buffer.from('\nALF_PROGRESS 5%\n')), {percent: 5});
});

const job =
	'job {"invocation":1,"task":2,"started_at":3,"time_limit_s":0,"silence_limit_s":0,"progress_regex":"","log":"/l","is_local":true,"scratch":null}\n';

test('a record cut anywhere never says what did not happen', (t) => {
	const whole = `${job}pid 77\nKilled\nexit 137 12 34\n0m0.010000s 0m0.000000s\n0m1.500000s 0m0.250000s\n`;
	t.deepEqual(parseRecord(whole, 9)?.notes, {
		pid: 77,
		end: {
			outcome: {kind: 'signalled', signal: 'SIGKILL'},
			cpu_s: 1.75,
			positions: {out: 12, error: 34},
		},
	});
	for (let length = 0; length < whole.length; length++) {
		const recorded = parseRecord(whole.slice(0, length), 9);
		t.is(recorded === undefined, length < job.length);
		const outcome = recorded?.notes.end?.outcome;
		t.true(outcome === undefined || outcome.kind === 'signalled');
		t.true([undefined, 77].includes(recorded?.notes.pid));
	}
});

test('of several records in a file the last one counts, unless it is over', (t) => {
	const first = `${job}pid 77\nexit 0\nended {}\nover\n`;
	const second = job.replace('"invocation":1', '"invocation":2');
	t.is(parseRecord(first, 0), undefined);
	t.like(parseRecord(`${first}${second}`, 0), {
		job: {invocation: 2},
		notes: {pid: undefined, end: undefined},
	});
	t.like(parseRecord(`${first}${second}pid 78\nover\n${job}pid 79\n`, 0), {
		job: {invocation: 1},
		notes: {pid: 79},
	});
});

test('what is in a record and fits nothing is passed over', (t) => {
	t.is(parseRecord('', 0), undefined);
	t.is(parseRecord('hello\n', 0), undefined);
	t.is(parseRecord('job {"invocation":"x"}\n', 0), undefined);
	t.is(
		parseRecord(`${job}reason {"kind":"unheard of"}\nended {\n`, 0)?.reason,
		undefined,
	);
	t.deepEqual(
		parseRecord(`${job}exit 5\nreason {"kind":"cancelled"}\n`, 0)?.reason,
		{kind: 'cancelled'},
	);
});

test('graphics processors are counted as their tools tell', (t) => {
	t.deepEqual(parseNvidia('24564\n24564\n'), [
		24_564 * 1024 ** 2,
		24_564 * 1024 ** 2,
	]);
	t.deepEqual(parseNvidia('[N/A]\n'), [0]);
	t.deepEqual(parseNvidia('No devices were found\n'), []);
	t.deepEqual(
		parseRocm(
			'{"card0": {"VRAM Total Memory (B)": "17163091968", "VRAM Total Used Memory (B)": "1"}, "system": {}}',
		),
		[17_163_091_968],
	);
	t.deepEqual(parseRocm('ERROR'), []);
});

test('processes are read from ps where there is nothing better', (t) => {
	const entries = parsePs(
		'    1     0     0 18904 00:00:07 SLl  Sun Nov 22 15:14:56 2026\n  412   1   412   2048   1-02:03:04 S    Sun Nov 22 15:15:00 2026\n 413 412 412 0 0:00.05 Z+   Sun Nov 22 15:15:00 2026\n',
	);
	t.deepEqual(entries.keys().toArray(), [1, 412]);
	t.deepEqual(entries.get(412), {
		pid: 412,
		parent: 1,
		group: 412,
		session: 0,
		resident_bytes: 2048 * 1024,
		cpu_s: 93_784,
		started: 'Sun Nov 22 15:15:00 2026',
	});
});

test('a look at processes that took long, as on a busy machine, is followed by another one all the same', async (t) => {
	const table = {
		// The first one alone would put off the next for a minute and a half.
		async read() {
			if (looks === 0) {
				await delay(900);
			}

			return new Map();
		},
		isAlive: () => true,
		signal: () => undefined,
	};
	let looks = 0;
	const measurer = createMeasurer(table, systemClock);
	t.teardown(measurer.stop);
	measurer.add({
		tree: {invocation: invocationId(1), group: undefined},
		limit: 0,
		isHeld: () => false,
		onLook() {
			looks += 1;
		},
	});
	const again = await until(() => (looks > 1 ? true : undefined), {
		what: 'the second look',
		within: 60_000,
	});
	t.true(again);
});
