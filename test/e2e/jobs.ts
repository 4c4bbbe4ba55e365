import {Buffer} from 'node:buffer';
import process from 'node:process';
import {fileURLToPath} from 'node:url';
import test from 'ava';
import {execa} from 'execa';
import type {Json} from '../../source/core/json.js';
import {createFarm, type FarmProcess} from '../helpers/farm-process.js';
import {callJob, placeIn, type JobPlace} from '../helpers/job-caller.js';
import {until} from '../helpers/until.js';

const program = fileURLToPath(
	new URL('../helpers/talking-job.ts', import.meta.url),
);

const talking = {
	type: 'command',
	parameters: {command: [{arg: process.execPath}, {arg: program}]},
};

const on = (group: string, {type, parameters}: typeof talking) => ({
	type,
	parameters: {...parameters, worker_groups: group},
});

/** Two workers, and a node of each kind for either. */
const startPair = async (farm: FarmProcess) => {
	await farm.scheduler();
	const workers = await Promise.all(
		['one', 'two'].map(async (name) =>
			farm.worker({name, flags: ['--groups', name]}),
		),
	);
	await farm.graph({
		'talk one': on('one', talking),
		'talk two': on('two', talking),
		'call one': on('one', callable),
		'call two': on('two', callable),
	});
	return workers;
};

/** A job that says where it can be called, so that a test can be its voice, and then sleeps. */
const callable = {
	type: 'command',
	parameters: {
		command: [
			{arg: 'sh'},
			{arg: '-c'},
			{
				arg: 'f="$ACCOUNT-$LIFEBLOOD_RUNTIME_TID"; echo "$LIFEBLOOD_RUNTIME_SCHEDULER_ADDR $LIFEBLOOD_RUNTIME_TOKEN" > "$f.new"; mv "$f.new" "$f"; exec sleep 600',
			},
		],
	},
};

const base64 = (text: string): string => Buffer.from(text).toString('base64');

/** What a talking job wrote: its answers, one after the other. */
const answersOf = async (
	farm: FarmProcess,
	id: number,
): Promise<readonly unknown[]> => {
	const text = await farm.printed(['task', 'log', String(id)]);
	return text.split('\n').map((line) => JSON.parse(line) as unknown);
};

type Started = {
	readonly id: number;
	readonly invocation: number;
	readonly place: JobPlace;
};

const startCallable = async (
	farm: FarmProcess,
	node = 'call',
): Promise<Started> => {
	const id = await farm.submit(node);
	const place = await placeIn(`${farm.accountFile}-${id}`);
	const {invocation_id: invocation} = await farm.taskIn(id, 'in_progress');
	return {id, invocation: Number(invocation), place};
};

const steps = (
	...list: ReadonlyArray<readonly [call: string, params?: Json]>
): {readonly attributes: {readonly steps: Json}} => ({
	attributes: {
		steps: list.map(([call, params = {}]) => ({call, params})),
	},
});

test.serial(
	'what a job sets is on its task, what it deletes is gone, and what it spawns goes on through the graph',
	async (t) => {
		const farm = createFarm(t);
		await farm.scheduler();
		await farm.worker();
		await farm.graph(
			{talk: talking, left: {type: 'null'}, right: {type: 'null'}},
			['talk.spawned -> left', 'talk -> right'],
		);
		const id = await farm.submit('talk', {
			groups: ['show'],
			...steps(
				['job.set_attributes', {set: {frames: [1, 2], note: 'x'}}],
				['job.set_attributes', {delete: ['note', 'never there', 'steps']}],
				['job.get_attributes'],
				['job.spawn', {name: 'child', attributes: {frame: 7}}],
				['job.spawn', {output: 'nowhere'}],
				['job.progress', {percent: 42, status: 'half way'}],
			),
		});
		await farm.rest(id);
		t.like(await farm.task(id), {
			state: 'done',
			node: 'right',
			attributes: {frames: [1, 2]},
			children_count: 1,
		});
		const answers = await answersOf(farm, id);
		const child = (answers[3] as {id: number}).id;
		t.deepEqual(answers.slice(0, 3), [{}, {}, {attributes: {frames: [1, 2]}}]);
		t.like(answers[4], {
			error: {
				data: {code: 'INVALID'},
				message:
					'Node talk has no output "nowhere" for a task to leave by, only main, spawned.',
			},
		});
		t.like(await farm.task(child), {
			name: 'child',
			state: 'done',
			node: 'left',
			parent_id: id,
			groups: ['show'],
			attributes: {frame: 7},
		});
		const [invocation] = await farm.invocations(id);
		t.like(invocation, {progress: 42, status: 'half way'});
	},
);

test.serial(
	'two running jobs on two workers exchange messages, both ways',
	async (t) => {
		const farm = createFarm(t);
		await startPair(farm);
		const first = await farm.submit(
			'talk one',
			steps(
				['job.receive', {addressee: 'questions'}],
				['job.send', {to: 'FROM', addressee: 'answers', data: base64('42')}],
				['job.receive', {addressee: 'questions'}],
			),
		);
		const {invocation_id: to, worker} = await farm.taskIn(first, 'in_progress');
		const second = await farm.submit(
			'talk two',
			steps(
				[
					'job.send',
					{to: Number(to), addressee: 'questions', data: base64('what?')},
				],
				['job.receive', {addressee: 'answers'}],
				[
					'job.send',
					{to: Number(to), addressee: 'questions', data: base64('é')},
				],
			),
		);
		const {invocation_id: from, worker: other} = await farm.taskIn(
			second,
			'in_progress',
		);
		t.not(worker, other);
		await farm.rest([first, second]);
		t.deepEqual(await answersOf(farm, first), [
			{outcome: 'received', from: Number(from), data: 'what?'},
			{outcome: 'taken'},
			{outcome: 'received', from: Number(from), data: 'é'},
		]);
		t.deepEqual(await answersOf(farm, second), [
			{outcome: 'taken'},
			{outcome: 'received', from: Number(to), data: '42'},
			{outcome: 'taken'},
		]);
	},
);

test.serial(
	'a message to a job that does not run says what became of that, and one to a job that does not wait comes back in time',
	async (t) => {
		const farm = createFarm(t);
		await startPair(farm);
		const over = await farm.submit('talk one', steps());
		await farm.rest(over);
		const [{id: gone} = {id: 0}] = await farm.invocations(over);
		const {place} = await startCallable(farm, 'call one');
		const deaf = await startCallable(farm, 'call two');
		const job = await callJob(place);
		const send = async (to: number, more = {}) =>
			job.call('job.send', {to, addressee: 'a', data: '', ...more});
		t.like(await send(gone), {
			result: {
				outcome: 'not-running',
				message: `Invocation ${gone} has finished: exit code 0.`,
			},
		});
		t.like(await send(1_000_000), {
			result: {
				outcome: 'not-running',
				message: 'There is no invocation 1000000, and there never was.',
			},
		});
		t.like(await send(deaf.invocation, {timeout_s: 0.5}), {
			result: {
				outcome: 'receiver-timeout',
				message: `Invocation ${deaf.invocation} did not wait for a message to "a" within 0.5 s.`,
			},
		});
		const waiting = send(deaf.invocation);
		await farm.ask('task.act', {
			select: {ids: [deaf.id]},
			action: 'cancel',
		});
		t.like(await waiting, {
			result: {
				outcome: 'not-running',
				message: `Invocation ${deaf.invocation} was cancelled.`,
			},
		});
	},
);

test.serial(
	'a job that is cancelled while it waits for a message ends at once, whoever waits for it too',
	async (t) => {
		const farm = createFarm(t, {killGrace: 60});
		await startPair(farm);
		const id = await farm.submit(
			'talk one',
			steps(['job.receive', {addressee: 'never'}]),
		);
		await farm.taskIn(id, 'in_progress');
		const sender = await farm.submit(
			'talk two',
			steps([
				'job.send',
				{to: 1, addressee: 'never asked for', data: '', timeout_s: 1000},
			]),
		);
		await farm.taskIn(sender, 'in_progress');
		await farm.ask('task.act', {
			select: {ids: [id, sender]},
			action: 'cancel',
		});
		// Long before their grace time is over.
		await farm.rest([id, sender], 30);
		t.is(await farm.message(id), 'Cancelled by hand.');
	},
);

test.serial(
	'a job goes on calling while its worker is killed and comes back: nothing is lost, and nothing is done twice',
	async (t) => {
		const farm = createFarm(t);
		const [, two] = await startPair(farm);
		const names = Array.from({length: 40}, (_, index) => `child ${index}`);
		const id = await farm.submit(
			'talk two',
			steps(
				...names.flatMap((name, index): Array<[string, Json]> => [
					[
						'job.set_attributes',
						{set: {[`at ${index}`]: index}, request_id: `set ${index}`},
					],
					['job.spawn', {name, request_id: `spawn ${index}`}],
				]),
			),
		);
		await until(
			async () => {
				const {children_count: count} = await farm.task(id);
				return count > 5 ? true : undefined;
			},
			{what: 'the first children', within: 20_000},
		);
		await two?.end('SIGKILL');
		await farm.worker({name: 'two', flags: ['--groups', 'two']});
		await farm.rest(id, 60);
		const {attributes, children_count: count, attempts} = await farm.task(id);
		t.is(attempts, 1);
		t.is(count, names.length);
		const {tasks} = await farm.ask('task.list', {
			filter: {parent: id},
		});
		t.deepEqual(tasks.map(({name}) => name).toSorted(), names.toSorted());
		t.true(names.every((_, index) => attributes[`at ${index}`] === index));
	},
);

test.serial(
	'a job goes on calling while the scheduler is killed and comes back: what was answered is there, and nothing is there twice',
	async (t) => {
		const farm = createFarm(t);
		const scheduler = await farm.scheduler();
		await farm.worker();
		await farm.graph({call: callable});
		const {id, place} = await startCallable(farm);
		const job = await callJob(place);
		const sent: Array<ReturnType<typeof job.call>> = [];
		for (let index = 0; index < 300; index++) {
			sent.push(
				job.call('job.spawn', {name: `child ${index}`}),
				job.call('job.set_attributes', {set: {last: index}}),
			);
		}

		await sent[0];
		await scheduler.end('SIGKILL');
		const more = job.call('job.set_attributes', {set: {meanwhile: true}});
		await farm.scheduler();
		const answers = await Promise.all([...sent, more]);
		t.deepEqual(
			answers.filter(({error}) => error !== undefined),
			[],
		);
		t.like(await farm.task(id), {
			state: 'in_progress',
			children_count: 300,
			attributes: {last: 299, meanwhile: true},
		});
		await farm.ask('task.act', {
			select: {ids: [id]},
			action: 'cancel',
		});
		await farm.rest(id);
	},
);

test.serial(
	'a message that waits outlasts both workers and the scheduler being killed, and is handed over once',
	async (t) => {
		const farm = createFarm(t);
		const scheduler = await farm.scheduler();
		const flags = (name: string) => ({name, flags: ['--groups', name]});
		await farm.worker(flags('one'));
		const two = await farm.worker(flags('two'));
		await farm.graph({
			'talk one': on('one', talking),
			'talk two': on('two', talking),
			'call two': on('two', callable),
		});
		const receiver = await startCallable(farm, 'call two');
		const sender = await farm.submit(
			'talk one',
			steps([
				'job.send',
				{
					to: receiver.invocation,
					addressee: 'late',
					data: base64('still here'),
				},
			]),
		);
		await farm.taskIn(sender, 'in_progress');
		await scheduler.end('SIGKILL');
		await two.end('SIGKILL');
		await farm.scheduler();
		await farm.worker(flags('two'));
		const job = await callJob(receiver.place);
		t.like(await job.call('job.receive', {addressee: 'late'}), {
			result: {outcome: 'received', data: base64('still here')},
		});
		await farm.rest(sender);
		t.deepEqual(await answersOf(farm, sender), [{outcome: 'taken'}]);
		t.like(await job.call('job.receive', {addressee: 'late', timeout_s: 0}), {
			result: {outcome: 'timeout'},
		});
		await farm.ask('task.act', {
			select: {ids: [receiver.id]},
			action: 'cancel',
		});
		await farm.rest(receiver.id);
	},
);

test.serial(
	'a token ends with its invocation, and none is ever seen where others look',
	async (t) => {
		const farm = createFarm(t);
		await farm.scheduler();
		const worker = await farm.worker();
		await farm.graph({call: callable});
		const one = await startCallable(farm);
		const two = await startCallable(farm);
		t.not(one.place.token, two.place.token);
		t.is(one.place.address, two.place.address);
		const job = await callJob(one.place);
		t.like(await job.call('job.get_attributes'), {result: {attributes: {}}});
		await farm.ask('task.act', {
			select: {ids: [one.id]},
			action: 'cancel',
		});
		await job.whenClosed;
		const late = await callJob(one.place);
		t.like(await late.call('job.get_attributes'), {
			error: {data: {code: 'REFUSED'}},
		});
		await late.whenClosed;
		t.like(await (await callJob(two.place)).call('job.get_attributes'), {
			result: {attributes: {}},
		});
		await until(
			() => (worker.said().includes('wrong token') ? true : undefined),
			{what: "the refusal in the worker's log"},
		);
		const {stdout} = await execa('ps', ['-eo', 'args']);
		for (const {token} of [one.place, two.place]) {
			t.false(worker.said().includes(token));
			t.false(stdout.includes(token));
		}

		await farm.ask('task.act', {
			select: {ids: [two.id]},
			action: 'cancel',
		});
		await farm.rest([one.id, two.id]);
	},
);

test.serial(
	'messages of 4 MiB in both directions at once come whole and in the order in which they were sent, and hold nothing up',
	async (t) => {
		const farm = createFarm(t);
		await startPair(farm);
		const ends = [
			await startCallable(farm, 'call one'),
			await startCallable(farm, 'call two'),
		] as const;
		const count = 10;
		const dataOf = (sender: number, index: number): string =>
			Buffer.alloc(4 * 1024 * 1024, `${sender}:${index} `).toString('base64');
		const exchange = async (sender: 0 | 1): Promise<number> => {
			const [from, to] = sender === 0 ? ends : [ends[1], ends[0]];
			const voices = await Promise.all(
				Array.from({length: count}, async () => callJob(from.place)),
			);
			const listener = await callJob(to.place);
			const sent = voices.map(async (voice, index) =>
				voice.call('job.send', {
					to: to.invocation,
					addressee: `box ${index}`,
					data: dataOf(sender, index),
				}),
			);
			for (let index = 0; index < count; index++) {
				// eslint-disable-next-line no-await-in-loop -- one after the other
				const {result} = await listener.call('job.receive', {
					addressee: `box ${index}`,
					timeout_s: 60,
				});
				t.is(result?.['from'], from.invocation);
				t.true(result?.['data'] === dataOf(sender, index));
			}

			const outcomes = await Promise.all(sent);
			return outcomes.filter(({result}) => result?.['outcome'] === 'taken')
				.length;
		};

		const exchanged = Promise.all([exchange(0), exchange(1)]);
		// What has nothing to do with it goes on meanwhile.
		const quick = await farm.submit('talk one', steps());
		await farm.rest(quick);
		t.deepEqual(await exchanged, [count, count]);
		for (const {state} of (await farm.ask('worker.list', {})).workers) {
			t.is(state, 'busy');
		}

		const both = ends.map(({id}) => id);
		await farm.ask('task.act', {select: {ids: both}, action: 'cancel'});
		await farm.rest(both);
	},
);

test.serial(
	'garbage, long lines and readers that do not read harm neither the worker nor its jobs',
	async (t) => {
		const farm = createFarm(t);
		await farm.scheduler();
		await farm.worker();
		await farm.graph({call: callable, talk: talking});
		const {id, place} = await startCallable(farm);
		const large = {large: 'x'.repeat(2 * 1024 * 1024)};
		const good = await callJob(place);
		t.like(await good.call('job.set_attributes', {set: large}), {result: {}});
		const hostile = await Promise.all(
			Array.from({length: 20}, async (_, index) => {
				const job = await callJob(place);
				if (index % 4 === 0) {
					job.write('\u{0} nonsense\n');
				} else if (index % 4 === 1) {
					job.write('{"jsonrpc": "2.0", "id": 1, "method": "');
					job.write('y'.repeat(100_000));
				} else if (index % 4 === 2) {
					await job.call('job.get_attributes');
					job.write('z'.repeat(9 * 1024 * 1024));
				} else {
					job.socket.pause();
					for (let asked = 0; asked < 100; asked++) {
						void job.call('job.get_attributes');
					}
				}

				return job;
			}),
		);
		const talk = await farm.submit(
			'talk',
			steps(['job.set_attributes', {set: {fine: true}}]),
		);
		t.like(await farm.rest(talk), {errors: 0});
		t.like((await farm.task(talk)).attributes, {fine: true});
		for (const {socket} of hostile) {
			socket.resume();
		}

		await Promise.all(hostile.map(async ({whenClosed}) => whenClosed));
		t.like(await good.call('job.set_attributes', {delete: ['large']}), {
			result: {},
		});
		t.deepEqual((await farm.task(id)).attributes, {});
		t.is((await farm.invocations(id)).length, 1);
		await farm.ask('task.act', {select: {ids: [id]}, action: 'cancel'});
		await farm.rest(id);
	},
);
