import fs from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import test from 'ava';
import {createFarm} from '../helpers/farm-process.js';
import {job, shell, waitFor} from '../helpers/run-account.js';
import {until} from '../helpers/until.js';

/** Node parameters have minutes. */
const oneSecond = 1 / 60;

test.serial(
	'how a process ends decides what becomes of its task, and the details say what happened',
	async (t) => {
		const farm = createFarm(t);
		await farm.scheduler();
		await farm.worker();
		const retry = {retry_exit_codes: '75', attempts: 3};
		await farm.graph({
			fails: {type: 'command', parameters: job('exit 5')},
			good: {
				type: 'command',
				parameters: {...job('exit 4'), good_exit_codes: '0 3-5'},
			},
			hopeless: {type: 'command', parameters: {...job('exit 75'), ...retry}},
			third_time: {
				type: 'command',
				parameters: {
					...job(
						'echo x >> "$GATES/tries"; [ "$(wc -l < "$GATES/tries")" -ge 3 ] || exit 75',
					),
					...retry,
				},
			},
			missing: {
				type: 'command',
				parameters: {command: [{arg: 'no-such-program-anywhere'}], attempts: 2},
			},
			missing_interpreter: {
				type: 'script',
				parameters: {
					invoke: 'print(1)',
					interpreter: 'python-of-nowhere',
					attempts: 1,
				},
			},
			signalled: {type: 'command', parameters: job('kill -SEGV $$')},
			too_long: {
				type: 'command',
				parameters: {
					...job('trap "" TERM; while :; do echo x; sleep 0.1; done'),
					time_limit_minutes: 0.7 * oneSecond,
				},
			},
			silent: {
				type: 'command',
				parameters: {
					...job('echo said; sleep 60'),
					silence_limit_minutes: 0.7 * oneSecond,
				},
			},
			empty: {type: 'command'},
		});
		const ended = async (node: string) => {
			const id = await farm.submit(node);
			await farm.rest(id);
			const task = await farm.task(id);
			return {
				...task,
				said: await farm.message(id),
				invocations: await farm.invocations(id),
			};
		};

		const [
			fails,
			good,
			hopeless,
			thirdTime,
			missing,
			missingInterpreter,
			signalled,
			tooLong,
			silent,
			empty,
		] = await Promise.all([
			ended('fails'),
			ended('good'),
			ended('hopeless'),
			ended('third_time'),
			ended('missing'),
			ended('missing_interpreter'),
			ended('signalled'),
			ended('too_long'),
			ended('silent'),
			ended('empty'),
		]);
		t.like(fails, {
			state: 'error',
			attempts: 1,
			state_details: {reason: 'exit', exit_code: 5},
			invocations: {0: {state: 'finished', exit_code: 5}},
		});
		t.regex(fails.said, /\b5\b/v);
		t.like(good, {state: 'done', attempts: 1});
		t.like(hopeless, {
			state: 'error',
			attempts: 3,
			state_details: {exit_code: 75},
		});
		t.deepEqual(
			hopeless.invocations.map(({attempt}) => attempt),
			[1, 2, 3],
		);
		t.like(thirdTime, {state: 'done', attempts: 3});
		t.deepEqual(
			thirdTime.invocations.map(({exit_code: code}) => code),
			[75, 75, 0],
		);
		for (const task of [missing, missingInterpreter]) {
			t.is(task.state, 'error');
			t.regex(task.said, /no-such-program-anywhere|python-of-nowhere/v);
		}

		t.is(missing.attempts, 2);
		t.like(signalled, {
			state: 'error',
			state_details: {reason: 'signal', signal: 'SIGSEGV'},
			invocations: {0: {signal: 'SIGSEGV'}},
		});
		t.is(tooLong.state, 'error');
		t.regex(tooLong.said, /time limit/v);
		t.is(silent.state, 'error');
		t.regex(silent.said, /silen|output/v);
		t.is(empty.state, 'error');
		t.regex(empty.said, /empty/v);
		const counts = Map.groupBy(farm.runs(), ({task}) => task);
		t.is(counts.get(hopeless.id)?.length, 3);
		t.is(counts.get(thirdTime.id)?.length, 3);
		t.is(counts.get(fails.id)?.length, 1);
	},
);

test.serial(
	'a process sees its task, a folder of its own and what its node says, and no shell reads its arguments',
	async (t) => {
		const farm = createFarm(t);
		await farm.scheduler();
		await farm.worker();
		const wild =
			'$(touch hacked) `id` "quotes" \'and\' ; rm -rf * \\ é\u{1F600}';
		const folder = path.join(farm.folder, 'given');
		fs.mkdirSync(folder);
		await farm.graph(
			{
				prints: {
					type: 'command',
					parameters: {
						command: [
							{arg: 'sh'},
							{arg: '-c'},
							{
								// eslint-disable-next-line no-template-curly-in-string -- the shell's
								arg: 'printf "%s\\n" "$@"; echo "$LBATTR_text|$LBATTR_number|$LBATTR_flag|${LBATTR_list-none}|${LBATTR__hidden-none}|$EXTRA|$LIFEBLOOD_RUNTIME_TID"; env | grep -c TOKEN_OF_FARM; pwd; touch here; cat "$LIFEBLOOD_ATTRIBUTES"',
							},
							{arg: 'name'},
							{arg: {expr: 'attr.wild'}},
							{arg: ''},
							{arg: "chunk `attr.list.join('-')`"},
						],
						environment: [{name: 'EXTRA', value: 'extra `task.name`'}],
					},
				},
				elsewhere: {
					type: 'command',
					parameters: {...shell('pwd; touch kept'), cwd: folder},
				},
			},
			['prints -> elsewhere'],
		);
		const attributes = {
			wild,
			text: 'a text',
			number: 1.5,
			flag: true,
			list: [1, 2],
			_hidden: 'x',
		};
		const id = await farm.submit('prints', {name: 'my task', attributes});
		t.like(await farm.rest(id), {errors: 0});
		const [prints, elsewhere] = await farm.invocations(id);
		const {stdout} = await farm.cli([
			'task',
			'log',
			String(id),
			'--invocation',
			String(prints?.id),
		]);
		const lines = stdout.split('\n');
		t.deepEqual(lines.slice(0, 5), [
			wild,
			'',
			'chunk 1-2',
			`a text|1.5|${lines[3]?.split('|', 3)[2] ?? ''}|none|none|extra my task|${id}`,
			'0',
		]);
		t.deepEqual(JSON.parse(lines[6] ?? ''), attributes);
		t.false(fs.existsSync(lines[5] ?? '/'), 'The scratch folder goes');
		const other = await farm.cli([
			'task',
			'log',
			String(id),
			'--invocation',
			String(elsewhere?.id),
		]);
		t.is(other.stdout, folder);
		t.deepEqual(fs.readdirSync(folder), ['kept']);
	},
);

test.serial(
	'progress comes from lines of output, by the usual pattern or by the one that the node gives',
	async (t) => {
		const farm = createFarm(t);
		await farm.scheduler();
		await farm.worker();
		await farm.graph({
			usual: {
				type: 'command',
				parameters: job(`echo "ALF_PROGRESS 37%"; ${waitFor('go')}`),
			},
			own: {
				type: 'command',
				parameters: {
					...job(`echo "Frame 3 of 8"; ${waitFor('go')}`),
					progress_regex: String.raw`Frame (?<current>\d+) of (?<total>\d+)`,
				},
			},
			openjd: {
				type: 'command',
				parameters: job(
					`echo "openjd_progress: 12.5"; echo "openjd_status: warming up"; ${waitFor('go')}; echo "openjd_fail: no paper"`,
				),
			},
		});
		const ids = await Promise.all(
			['usual', 'own', 'openjd'].map(async (node) => farm.submit(node)),
		);
		const [usual = 0, own = 0, openjd = 0] = ids;
		await until(
			async () => {
				const tasks = await Promise.all(ids.map(async (id) => farm.task(id)));
				return tasks.map(({progress}) => progress).join(' ') === '37 37.5 12.5'
					? true
					: undefined;
			},
			{what: 'the progress of all three', within: 10_000},
		);
		farm.open('go');
		t.like(await farm.rest(ids), {errors: 1});
		t.is(await farm.state(usual), 'done');
		t.is(await farm.state(own), 'done');
		t.like(await farm.task(openjd), {state: 'error'});
		t.is(await farm.message(openjd), 'no paper. It ran on one.');
	},
);

test.serial(
	'a line of a megabyte and 200,000 short ones reach the log whole and hold nothing up',
	async (t) => {
		const farm = createFarm(t);
		await farm.scheduler();
		await farm.worker();
		await farm.graph({
			long: {
				type: 'command',
				parameters: job(String.raw`head -c 1048576 /dev/zero | tr '\0' x`),
			},
			many: {type: 'command', parameters: job('seq 200000')},
		});
		const [long, many] = [await farm.submit('long'), await farm.submit('many')];
		t.like(await farm.rest([long, many], 20), {errors: 0});
		const log = async (id: number, ...words: readonly string[]) =>
			farm.printed(['task', 'log', String(id), ...words]);
		t.is(await log(long), 'x'.repeat(1_048_576));
		const text = await log(many);
		const lines = text.split('\n');
		t.is(lines.length, 200_000);
		t.is(lines.at(-1), '200000');
		t.is(await log(many, '--tail', '2'), '199999\n200000');
		const [run] = await farm.invocations(many);
		t.like(run, {log_bytes: 1_288_895, exit_code: 0});
		// The log is the process's own file: nobody in between holds it up.
		t.true((run?.runtime_s ?? 99) < 5);
	},
);

test.serial('a log is followed while it grows', async (t) => {
	const farm = createFarm(t);
	await farm.scheduler();
	await farm.worker();
	await farm.graph({
		grows: {
			type: 'command',
			parameters: job(
				`echo one; ${waitFor('two')}; echo two >&2; ${waitFor('three')}; echo three`,
			),
		},
	});
	const id = await farm.submit('grows');
	const follower = farm.start(['task', 'log', String(id), '--follow']);
	const saw = async (text: string): Promise<void> => {
		await until(() => (follower.said() === text ? true : undefined), {
			what: `the follower to have written ${JSON.stringify(text)}`,
			within: 10_000,
		});
	};

	await saw('one\n');
	farm.open('two');
	await saw('one\ntwo\n');
	farm.open('three');
	t.deepEqual(await follower.ended, {code: 0, signal: null});
	t.is(follower.said(), 'one\ntwo\nthree\n');

	const followed = await farm.cli(['submit', 'grows', '--follow']);
	t.is(followed.exitCode, 0, followed.stderr);
	t.regex(followed.stdout, /grows \d+ \| one\n.*\| two\n.*\| three$/v);
});

test.serial(
	'of each line of a log it is told when it came, and standard error by itself',
	async (t) => {
		const farm = createFarm(t);
		await farm.scheduler();
		await farm.worker();
		await farm.graph({
			fails: {
				type: 'command',
				parameters: job(
					`echo fine; ${waitFor('two')}; echo wrong >&2; ${waitFor('three')}; echo worse >&2; exit 1`,
				),
			},
		});
		const id = String(await farm.submit('fails'));
		const follower = farm.start([
			'task',
			'log',
			id,
			'--follow',
			'--timestamps',
		]);
		for (const [said, next] of [
			['fine', 'two'],
			['wrong', 'three'],
		] as const) {
			// eslint-disable-next-line no-await-in-loop -- one after the other
			await until(
				() => (follower.said().endsWith(` ${said}\n`) ? true : undefined),
				{what: `${said} with its time`, within: 10_000},
			);
			farm.open(next);
		}

		t.deepEqual(await follower.ended, {code: 0, signal: null});
		const lines = follower
			.said()
			.split('\n')
			.map((line) => line.split(' '));
		t.deepEqual(
			lines.map(([, text]) => text),
			['fine', 'wrong', 'worse', undefined],
		);
		const times = lines.slice(0, 3).map(([time = '']) => time);
		t.deepEqual(
			times,
			[...new Set(times.map((time) => new Date(time).toISOString()))].toSorted(
				(a, b) => a.localeCompare(b),
			),
		);
		if (process.platform !== 'linux') {
			return;
		}

		t.is(await farm.printed(['task', 'log', id, '--stderr']), 'wrong\nworse');
		t.is(
			await farm.printed(['task', 'log', id, '--stderr', '--tail', '1']),
			'worse',
		);
		const shown: unknown = JSON.parse(
			await farm.printed(['task', 'log', id, '--timestamps', '--json']),
		);
		t.like(shown, {
			complete: true,
			lines: [
				{at: times[0], stream: 'stdout', text: 'fine'},
				{at: times[1], stream: 'stderr', text: 'wrong'},
				{at: times[2], stream: 'stderr', text: 'worse'},
			],
		});
	},
);
