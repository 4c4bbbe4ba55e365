import {once} from 'node:events';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import test, {type ExecutionContext} from 'ava';
import type {LogMark} from '../source/core/log-marks.js';
import {testWhere} from './helpers/test-where.js';
import {until} from './helpers/until.js';
import {workerFarm, type WorkerFarm} from './helpers/worker-farm.js';

const onLinux = (
	title: string,
	implementation: (t: ExecutionContext) => Promise<void>,
): void => {
	testWhere(
		process.platform === 'linux' ? undefined : 'there is no /proc here',
		title,
		implementation,
	);
};

const shell = (script: string): readonly string[] => [
	'/bin/bash',
	'-c',
	script,
];

/** Run commands one after the other, each when the worker has looked at all that the one before wrote. */
const runInSteps = async (
	{scheduler, folder}: WorkerFarm,
	invocation: number,
	commands: readonly string[],
): Promise<void> => {
	const flagOf = (step: number): string =>
		path.join(folder, `step-${invocation}-${step}`);
	await scheduler.run(
		invocation,
		shell(
			commands
				.map(
					(command, step) =>
						`while [ ! -e ${flagOf(step)} ]; do sleep 0.02; done; ${command}`,
				)
				.join('\n'),
		),
	);
	let marked = 0;
	for (const step of commands.keys()) {
		fs.writeFileSync(flagOf(step), '');
		if (step === commands.length - 1) {
			return;
		}

		// eslint-disable-next-line no-await-in-loop -- one after the other
		marked = await untilMarkedBehind(scheduler, invocation, marked);
	}
};

const untilMarkedBehind = async (
	scheduler: WorkerFarm['scheduler'],
	invocation: number,
	byte: number,
): Promise<number> =>
	until(
		async () => {
			const marks = await scheduler.readMarks(invocation);
			const end = marks.at(-1)?.end ?? 0;
			return end > byte ? end : undefined;
		},
		{what: `the worker to look at what follows byte ${byte}`, within: 20_000},
	);

/** Each piece of a log that came by one output: `out one|`. */
const pieces = (log: string, marks: readonly LogMark[]): readonly string[] => {
	let begin = 0;
	return marks.map(({end, stream}) => {
		const text = log.slice(begin, end);
		begin = end;
		return `${['?', 'out', 'err'][stream] ?? ''} ${text.replaceAll('\n', '|')}`;
	});
};

const endOf = async (
	{scheduler}: WorkerFarm,
	invocation: number,
): Promise<{readonly log: string; readonly marks: readonly LogMark[]}> => {
	await scheduler.end(invocation);
	const log = await until(() => scheduler.logs.get(invocation), {
		what: 'the log',
		within: 20_000,
	});
	return {
		log: log.toString('latin1'),
		marks: scheduler.marks.get(invocation) ?? [],
	};
};

/** Every byte has one mark, and a line that says by which output it was written is not marked as the other's. */
const expectNoneWrong = (
	t: ExecutionContext,
	{log, marks}: {readonly log: string; readonly marks: readonly LogMark[]},
): {readonly known: number; readonly lines: number} => {
	t.is(marks.at(-1)?.end ?? 0, log.length);
	let begin = 0;
	let known = 0;
	const lines = log.split('\n').slice(0, -1);
	const streams: number[] = [];
	for (const {end, stream} of marks) {
		t.true(end > begin);
		for (; begin < end; begin++) {
			streams.push(stream);
		}
	}

	let at = 0;
	for (const line of lines) {
		const found = new Set(streams.slice(at, at + line.length + 1));
		at += line.length + 1;
		const own = ['out', 'err'].indexOf(line.slice(0, 3)) + 1;
		if (own === 0) {
			continue;
		}

		t.true(
			[...found].every((stream) => stream === 0 || stream === own),
			`"${line}" is marked as ${[...found].join(', ')}`,
		);
		known += found.size === 1 && found.has(own) ? 1 : 0;
	}

	return {known, lines: lines.length};
};

onLinux(
	'what a program says on standard error at its end is told apart from what it said before, also of its child and its grandchild',
	async (t) => {
		const farm = await workerFarm(t);
		farm.worker();
		await runInSteps(farm, 1, [
			'echo one',
			"(bash -c 'echo two >&2')",
			'setsid bash -c \'bash -c "echo three"\'',
			'echo four >&2; echo five >&2; exit 3',
		]);
		const {log, marks} = await endOf(farm, 1);
		t.deepEqual(pieces(log, marks), [
			'out one|',
			'err two|',
			'out three|',
			'err four|five|',
		]);
		const times = marks.map(({at}) => at);
		t.deepEqual(
			times,
			times.toSorted((a, b) => a - b),
		);
		t.is(new Set(times).size, 4);
	},
);

onLinux(
	'a traceback after what was printed, in a program that is over at once, is marked as such',
	async (t) => {
		const farm = await workerFarm(t);
		farm.worker();
		await farm.scheduler.run(1, [
			'python3',
			'-c',
			'print("frame 1", flush=True)\nraise ValueError("no such texture")',
		]);
		const {log, marks} = await endOf(farm, 1);
		const [first = '', second = '', ...more] = pieces(log, marks);
		t.is(first, '? frame 1|');
		t.regex(second, /^err Traceback .*ValueError: no such texture\|$/v);
		t.deepEqual(more, []);
	},
);

onLinux(
	'what was written while no worker looked, and after its restart, is told apart',
	async (t) => {
		const farm = await workerFarm(t);
		const {scheduler, process: start, folder} = farm;
		const step = (name: string): string => path.join(folder, name);
		const untilThere = (name: string): string =>
			`while [ ! -e ${step(name)} ]; do sleep 0.02; done`;
		const child = await start();
		await scheduler.run(
			1,
			shell(
				`echo before; ${untilThere('alone')}; echo alone >&2; touch ${step('said')}; ${untilThere('back')}; echo after; ${untilThere('after')}; echo last >&2`,
			),
		);
		await scheduler.run(
			2,
			shell(`echo before; ${untilThere('alone')}; echo wrong >&2; exit 4`),
		);
		for (const invocation of [1, 2]) {
			// eslint-disable-next-line no-await-in-loop -- one after the other
			await until(
				async () =>
					(await scheduler.readMarks(invocation)).length > 0 ? true : undefined,
				{what: 'the first line to be looked at'},
			);
		}

		child.kill('SIGKILL');
		await once(child, 'exit');
		fs.writeFileSync(step('alone'), '');
		await until(() => (fs.existsSync(step('said')) ? true : undefined), {
			what: 'the line that nobody looks at',
		});
		await until(
			() =>
				fs
					.readFileSync(path.join(folder, 'state/tester/invocations/2'), 'utf8')
					.includes('\nexit 4 7 13\n')
					? true
					: undefined,
			{what: 'the second to end'},
		);
		await start();
		await untilMarkedBehind(scheduler, 1, 7);
		fs.writeFileSync(step('back'), '');
		await untilMarkedBehind(scheduler, 1, 13);
		fs.writeFileSync(step('after'), '');
		const first = await endOf(farm, 1);
		t.deepEqual(pieces(first.log, first.marks), [
			'out before|',
			'err alone|',
			'out after|',
			'err last|',
		]);
		const second = await endOf(farm, 2);
		t.deepEqual(pieces(second.log, second.marks), [
			'out before|',
			'err wrong|',
		]);
	},
);

onLinux(
	'with lines at random from several processes none is marked wrong, and with pauses none is missed',
	async (t) => {
		const farm = await workerFarm(t);
		farm.worker();
		const quick = String.raw`
import os, random, sys, time
random.seed(int(sys.argv[1]))
for index in range(400):
    fd = random.choice((1, 2))
    os.write(fd, b"%s %d\n" % ((b"out", b"err")[fd - 1], index))
    if random.random() < 0.2:
        time.sleep(random.random() * 0.06)
`;
		const paused = Array.from({length: 8}, (_, index) =>
			Math.random() < 0.5 ? `echo out ${index}` : `echo err ${index} >&2`,
		);
		await Promise.all([
			farm.scheduler.run(1, ['python3', '-c', quick, '1']),
			farm.scheduler.run(
				2,
				shell('for seed in 1 2 3; do python3 -c "$CODE" $seed & done; wait'),
				{task_environment: null, environment: {CODE: quick}},
			),
			runInSteps(farm, 3, paused),
		]);
		expectNoneWrong(t, await endOf(farm, 1));
		expectNoneWrong(t, await endOf(farm, 2));
		t.deepEqual(expectNoneWrong(t, await endOf(farm, 3)), {known: 8, lines: 8});
	},
);

onLinux(
	'when the middle of a log goes, what stays is marked as before, and nothing wrong',
	async (t) => {
		const farm = await workerFarm(t, {settings: {log_limit_bytes: 20_000}});
		farm.worker();
		const script = String.raw`
import os, random, sys, time
for index in range(100):
    fd = random.choice((1, 2))
    for line in range(int(sys.argv[1])):
        os.write(fd, b"%s %d %d\n" % ((b"out", b"err")[fd - 1], index, line))
    time.sleep(float(sys.argv[2]))
`;
		await Promise.all([
			farm.scheduler.run(1, ['python3', '-c', script, '60', '0.07']),
			farm.scheduler.run(2, ['python3', '-c', script, '3000', '0.01']),
		]);
		for (const invocation of [1, 2]) {
			const ended = await endOf(farm, invocation); // eslint-disable-line no-await-in-loop -- one after the other
			t.regex(ended.log, /\[lifeblood: about \d+ bytes were dropped here/v);
			expectNoneWrong(t, ended);
		}
	},
);

onLinux(
	'a program that writes past its outputs or empties them gets no mark that is wrong',
	async (t) => {
		const farm = await workerFarm(t);
		farm.worker();
		await Promise.all([
			runInSteps(farm, 1, [
				'echo out',
				'echo other >> /dev/stderr',
				'echo err >&2',
			]),
			runInSteps(farm, 2, [
				'echo out first',
				': > /dev/stderr; echo err >&2; echo out',
			]),
		]);
		const past = await endOf(farm, 1);
		t.deepEqual(pieces(past.log, past.marks), [
			'out out|',
			'? other|',
			'? err|',
		]);
		expectNoneWrong(t, await endOf(farm, 2));
	},
);

test('marks stand beside the log in the folder that is shared, and go with a log that is only here', async (t) => {
	const shared = fs.mkdtempSync(path.join(os.tmpdir(), 'lifeblood-shared-'));
	fs.writeFileSync(path.join(shared, 'probe'), 'hello');
	t.teardown(() => {
		fs.rmSync(shared, {recursive: true});
	});
	const {scheduler, worker} = await workerFarm(t, {
		logFolder: {path: shared, probe: 'probe', content: 'hello'},
	});
	worker();
	await scheduler.run(1234, shell('echo wrong >&2'));
	await scheduler.run(1235, shell('true'));
	await scheduler.end(1234);
	await scheduler.end(1235);
	const stream = process.platform === 'linux' ? 2 : 0;
	t.regex(
		fs.readFileSync(path.join(shared, '1/1234.marks'), 'utf8'),
		new RegExp(String.raw`^marks 1 \d+\n6 \d+ ${stream}\n$`, 'v'),
	);
	t.deepEqual(fs.readdirSync(path.join(shared, '1')).toSorted(), [
		'1234.log',
		'1234.marks',
		'1235.log',
	]);
});
