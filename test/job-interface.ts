import {Buffer} from 'node:buffer';
import {once} from 'node:events';
import fs from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import test from 'ava';
import {FarmError} from '../source/core/errors.js';
import {taskId} from '../source/core/ids.js';
import type {JobRequest} from './helpers/fake-scheduler.js';
import {callJob, placeIn, runCallable} from './helpers/job-caller.js';
import {until} from './helpers/until.js';
import {workerFarm} from './helpers/worker-farm.js';

test('a process asks for attributes, changes them and spawns, in the name of its invocation', async (t) => {
	const {scheduler, worker, folder} = await workerFarm(t);
	worker();
	const place = await runCallable(scheduler, {invocation: 5, folder});
	t.regex(place.address, /^127\.0\.0\.1:\d+$/v);
	const job = await callJob(place);
	t.deepEqual(await job.call('job.get_attributes'), {
		jsonrpc: '2.0',
		id: 1,
		result: {attributes: {of: 5}},
	});
	t.like(await job.call('job.set_attributes', {set: {a: [1]}, delete: ['b']}), {
		result: {},
	});
	t.like(await job.call('job.spawn', {name: 'child', attributes: {frame: 1}}), {
		result: {id: 77},
	});
	t.like(scheduler.asked, {
		0: {params: {invocation: 5}},
		1: {params: {invocation: 5, set: {a: [1]}, delete: ['b']}},
		2: {
			params: {
				invocation: 5,
				name: 'child',
				attributes: {frame: 1},
				output: 'spawned',
			},
		},
		length: 3,
	});
});

test('what a process says of its progress goes out as what its output says of it', async (t) => {
	const {scheduler, worker, folder} = await workerFarm(t);
	worker();
	const place = await runCallable(scheduler, {invocation: 1, folder});
	const job = await callJob(place);
	await job.call('job.progress', {percent: 12.5, status: 'warming up'});
	await until(
		() =>
			scheduler.progress.some(
				({percent, status}) => percent === 12.5 && status === 'warming up',
			)
				? true
				: undefined,
		{what: 'the notice'},
	);
	await job.call('job.progress', {percent: 50});
	await until(
		() =>
			scheduler.progress.some(
				({percent, status}) => percent === 50 && status === 'warming up',
			)
				? true
				: undefined,
		{what: 'the next notice'},
	);
	t.like(await job.call('job.progress', {percent: 101}), {
		error: {code: -32_602, data: {field: 'percent'}},
	});
});

test('the folders for programs and for Python are found first, whatever a task sets', async (t) => {
	const {scheduler, worker, folder} = await workerFarm(t, {
		settings: {
			runtime: {bin: '/lifeblood/bin', python: '/lifeblood/python'},
		},
	});
	worker();
	const file = path.join(folder, 'seen');
	await scheduler.run(
		1,
		['/bin/sh', '-c', `echo "$PATH $PYTHONPATH" > ${file}`],
		{environment: {PATH: '/usr/bin:/bin', PYTHONPATH: '/mine'}},
	);
	await scheduler.end(1);
	t.is(
		fs.readFileSync(file, 'utf8'),
		'/lifeblood/bin:/usr/bin:/bin /lifeblood/python:/mine\n',
	);
});

test('a wrong token is refused with a reason, its connection is closed, and the log says so without it', async (t) => {
	const {scheduler, worker, folder, said} = await workerFarm(t);
	worker();
	const place = await runCallable(scheduler, {invocation: 1, folder});
	const wrong = 'w'.repeat(43);
	await Promise.all(
		Array.from({length: 50}, async () => {
			const job = await callJob({...place, token: wrong});
			t.like(await job.call('job.get_attributes'), {
				error: {
					code: -32_004,
					data: {code: 'REFUSED'},
					message:
						'This token is none of an invocation that runs here. The right one is in LIFEBLOOD_RUNTIME_TOKEN, and it ends with its invocation.',
				},
			});
			await job.whenClosed;
		}),
	);
	const complaints = said.filter((line) => line.includes('wrong token'));
	t.true(complaints.length > 0 && complaints.length < 25);
	t.false(said.join('').includes(wrong));
	t.deepEqual(scheduler.asked, []);
});

test('a request without a token says which field is missing, and asks nobody anything', async (t) => {
	const {scheduler, worker, folder} = await workerFarm(t);
	worker();
	const place = await runCallable(scheduler, {invocation: 1, folder});
	const job = await callJob(place);
	for (const token of [undefined, null, 5, '']) {
		// eslint-disable-next-line no-await-in-loop -- one after the other
		const {error} = await job.call('job.get_attributes', {token});
		t.true(
			error?.data?.field === 'token' || error?.data?.code === 'REFUSED',
			JSON.stringify(error),
		);
	}

	t.deepEqual(scheduler.asked, []);
});

test("a connection is one invocation's, whatever other tokens are known on it", async (t) => {
	const {scheduler, worker, folder} = await workerFarm(t);
	worker();
	const one = await runCallable(scheduler, {invocation: 1, folder});
	const two = await runCallable(scheduler, {invocation: 2, folder});
	const job = await callJob(one);
	t.like(await job.call('job.get_attributes'), {
		result: {attributes: {of: 1}},
	});
	t.like(await job.call('job.get_attributes', {token: two.token}), {
		error: {data: {code: 'REFUSED'}},
	});
	t.like(await job.call('job.get_attributes'), {
		result: {attributes: {of: 1}},
	});
});

test('a line of a stranger may have 64 KiB, and one of a process 8 MiB', async (t) => {
	const {scheduler, worker, folder} = await workerFarm(t);
	worker();
	const place = await runCallable(scheduler, {invocation: 1, folder});
	const stranger = await callJob(place);
	stranger.write('x'.repeat(70_000));
	await stranger.whenClosed;
	t.like(stranger.answers, {
		0: {error: {message: 'The message is larger than 0.06 MiB.'}},
		length: 1,
	});
	const late = await callJob(place);
	late.write(
		`{"jsonrpc":"2.0","id":1,"method":"job.set_attributes","params":{"set":{"large":"${'y'.repeat(70_000)}"},"token":"${place.token}"}}\n`,
	);
	await late.whenClosed;
	t.like(late.answers, {0: {error: {data: {code: 'BAD_MESSAGE'}}}});
	const job = await callJob(place);
	const large = 'y'.repeat(7 * 1024 * 1024);
	// Its token comes before the rest of it.
	t.like(await job.call('job.set_attributes', {set: {large}}), {result: {}});
	t.like(scheduler.asked.at(-1)?.params, {set: {large}});
	job.write('z'.repeat(9 * 1024 * 1024));
	await job.whenClosed;
	t.like(job.answers.at(-1), {
		error: {message: 'The message is larger than 8 MiB.'},
	});
});

for (const [what, bytes] of [
	['what is no JSON', 'GET / HTTP/1.1\r\n\r\n'],
	['what is no JSON-RPC', '[1, 2]\n'],
	['what is no text', Buffer.from([0xff, 0xfe, 0x0a]).toString('latin1')],
] as const) {
	test(`${what} is answered with an error and ends its connection, and no other`, async (t) => {
		const {scheduler, worker, folder} = await workerFarm(t);
		worker();
		const place = await runCallable(scheduler, {invocation: 1, folder});
		const job = await callJob(place);
		await job.call('job.get_attributes');
		const bad = await callJob(place);
		bad.socket.write(bytes, 'latin1');
		await bad.whenClosed;
		t.like(bad.answers, {
			0: {error: {data: {code: 'BAD_MESSAGE'}}},
			length: 1,
		});
		t.like(await job.call('job.get_attributes'), {
			result: {attributes: {of: 1}},
		});
	});
}

test('a flood of connections that say nothing keeps no process out', async (t) => {
	const {scheduler, worker, folder} = await workerFarm(t);
	worker();
	const place = await runCallable(scheduler, {invocation: 1, folder});
	const job = await callJob(place);
	await job.call('job.get_attributes');
	const silent = await Promise.all(
		Array.from({length: 300}, async () => callJob(place)),
	);
	// The oldest give way.
	await silent[0]?.whenClosed;
	const late = await callJob(place);
	t.like(await late.call('job.get_attributes'), {
		result: {attributes: {of: 1}},
	});
	t.like(await job.call('job.get_attributes'), {
		result: {attributes: {of: 1}},
	});
	for (const {socket} of silent) {
		socket.destroy();
	}
});

test('an invocation has at most 64 connections, and what it closes it can make again', async (t) => {
	const {scheduler, worker, folder} = await workerFarm(t);
	worker();
	const place = await runCallable(scheduler, {invocation: 1, folder});
	const other = await runCallable(scheduler, {invocation: 2, folder});
	const jobs = await Promise.all(
		Array.from({length: 64}, async () => {
			const job = await callJob(place);
			await job.call('job.get_attributes');
			return job;
		}),
	);
	const more = await callJob(place);
	t.like(await more.call('job.get_attributes'), {
		error: {data: {code: 'CONFLICT'}},
	});
	await more.whenClosed;
	const [first] = jobs;
	first?.socket.destroy();
	await first?.whenClosed;
	await until(
		async () => {
			const again = await callJob(place);
			const {result} = await again.call('job.get_attributes');
			return result;
		},
		{what: 'a connection to be taken again'},
	);
	t.like(await (await callJob(other)).call('job.get_attributes'), {
		result: {attributes: {of: 2}},
	});
	for (const {socket} of jobs) {
		socket.destroy();
	}
});

test("who asks and does not read loses its connection, and nobody else's", async (t) => {
	const {scheduler, worker, folder} = await workerFarm(t);
	worker();
	const large = 'x'.repeat(1024 * 1024);
	scheduler.onAsked = (request) => {
		if (request.name === 'invocation.get_attributes') {
			request.reply({attributes: {large}});
		}
	};

	const place = await runCallable(scheduler, {invocation: 1, folder});
	const job = await callJob(place);
	job.socket.pause();
	const asked = Array.from({length: 200}, async () =>
		job.call('job.get_attributes'),
	);
	await until(() => (scheduler.asked.length >= 20 ? true : undefined), {
		what: 'the requests to come through',
		within: 20_000,
	});
	const other = await callJob(place);
	await until(
		async () => {
			const {result} = await other.call('job.get_attributes');
			return result;
		},
		{what: 'another connection to be answered'},
	);
	job.socket.resume();
	await job.whenClosed;
	const answers = await Promise.all(asked);
	t.true(answers.some(({error}) => error !== undefined));
});

test('who says all it has to say and closes its direction is answered still', async (t) => {
	const {scheduler, worker, folder} = await workerFarm(t);
	worker();
	const place = await runCallable(scheduler, {invocation: 1, folder});
	const waiting: JobRequest[] = [];
	scheduler.onAsked = (request) => {
		waiting.push(request);
	};

	const job = await callJob(place);
	const answer = job.call('job.spawn', {});
	job.socket.end();
	const request = await until(() => waiting[0], {what: 'the request'});
	if (request.name === 'invocation.spawn') {
		request.reply({id: taskId(5)});
	}

	t.like(await answer, {result: {id: 5}});
	await job.whenClosed;
	const receiver = await callJob(place);
	const never = receiver.call('job.receive', {addressee: 'a'});
	receiver.socket.end();
	t.like(await never, {error: {data: {code: 'CLOSED'}}});
	await receiver.whenClosed;
});

test('while the scheduler is away requests wait, and are sent again as what they were', async (t) => {
	const {scheduler, worker, folder} = await workerFarm(t);
	worker();
	const place = await runCallable(scheduler, {invocation: 1, folder});
	const job = await callJob(place);
	const unanswered: JobRequest[] = [];
	scheduler.onAsked = (request) => {
		unanswered.push(request);
	};

	const spawned = job.call('job.spawn', {name: 'child'});
	const set = job.call('job.set_attributes', {
		set: {a: 1},
		request_id: 'my own',
	});
	await until(() => unanswered[1], {what: 'the requests'});
	scheduler.shut();
	const later = job.call('job.set_attributes', {set: {b: 2}});
	scheduler.onAsked = (request) => {
		unanswered.push(request);
		if (request.name === 'invocation.spawn') {
			request.reply({id: taskId(5)});
		} else if (request.name === 'invocation.set_attributes') {
			request.reply({});
		}
	};

	scheduler.open();
	t.like(await spawned, {result: {id: 5}});
	t.like(await set, {result: {}});
	t.like(await later, {result: {}});
	t.deepEqual(
		unanswered.slice(2).map(({params}) => params),
		[...unanswered.slice(0, 2), unanswered[4]].map(
			(request) => request?.params as never,
		),
	);
	const own = unanswered[1]?.params;
	t.is(own && 'request_id' in own ? own.request_id : '', 'job 1 my own');
});

test('a scheduler that cannot write is asked again, and one that refuses is not', async (t) => {
	const {scheduler, worker, folder} = await workerFarm(t);
	worker();
	const place = await runCallable(scheduler, {invocation: 1, folder});
	const job = await callJob(place);
	let asked = 0;
	scheduler.onAsked = (request) => {
		asked += 1;
		if (asked === 1) {
			request.refuse(new FarmError('STORAGE', 'The disk is full.'));
		} else if (request.name === 'invocation.set_attributes') {
			request.reply({});
		} else {
			request.refuse(new FarmError('INVALID', 'There is no such output.'));
		}
	};

	t.like(await job.call('job.set_attributes', {set: {a: 1}}), {result: {}});
	t.is(asked, 2);
	t.like(await job.call('job.spawn', {output: 'x'}), {
		error: {data: {code: 'INVALID'}, message: 'There is no such output.'},
	});
	t.is(asked, 3);
});

test("when an invocation ends its connections do, and its token is nobody's", async (t) => {
	const {scheduler, worker, folder} = await workerFarm(t);
	worker();
	const place = await runCallable(scheduler, {invocation: 1, folder});
	const job = await callJob(place);
	scheduler.onAsked = () => undefined;
	const never = job.call('job.get_attributes');
	await scheduler.cancel(1);
	await job.whenClosed;
	t.like(await never, {error: {data: {code: 'CLOSED'}}});
	await scheduler.end(1);
	const late = await callJob(place);
	t.like(await late.call('job.get_attributes'), {
		error: {data: {code: 'REFUSED'}},
	});
});

test('a process that takes its time to end waits for nothing meanwhile, and can still set attributes', async (t) => {
	const {scheduler, worker, folder} = await workerFarm(t);
	worker();
	const file = path.join(folder, 'stubborn');
	await scheduler.run(1, [
		'/bin/sh',
		'-c',
		`trap : TERM; echo "$LIFEBLOOD_RUNTIME_SCHEDULER_ADDR $LIFEBLOOD_RUNTIME_TOKEN" > ${file}.new; mv ${file}.new ${file}; while :; do sleep 0.1; done`,
	]);
	const place = await placeIn(file);
	const job = await callJob(place);
	const waiting = job.call('job.receive', {addressee: 'a'});
	await job.call('job.get_attributes');
	await scheduler.cancel(1, {grace_s: 30});
	t.like(await waiting, {
		error: {
			data: {code: 'CONFLICT'},
			message:
				'Invocation 1 is being ended: there is nothing to wait for any more.',
		},
	});
	t.like(await job.call('job.receive', {addressee: 'b'}), {
		error: {data: {code: 'CONFLICT'}},
	});
	t.like(await job.call('job.set_attributes', {set: {last: 'words'}}), {
		result: {},
	});
	await scheduler.cancel(1, {grace_s: 0});
	await scheduler.end(1);
});

test('a worker that was killed is found at the same place by the processes that it adopts, with the same token', async (t) => {
	const farm = await workerFarm(t);
	const {scheduler, folder} = farm;
	const child = await farm.process();
	const place = await runCallable(scheduler, {invocation: 1, folder});
	const job = await callJob(place);
	t.like(await job.call('job.get_attributes'), {
		result: {attributes: {of: 1}},
	});
	child.kill('SIGKILL');
	await job.whenClosed;
	await farm.process();
	const again = await callJob(place);
	t.like(await again.call('job.get_attributes'), {
		result: {attributes: {of: 1}},
	});
	const record = path.join(folder, 'state/tester/invocations/1');
	t.is(fs.statSync(record).mode & 0o777, 0o600); // eslint-disable-line no-bitwise -- a mode
	t.true(fs.readFileSync(record, 'utf8').includes(place.token));
});

test('where somebody else has its port meanwhile, a worker takes another one', async (t) => {
	const {scheduler, worker, folder} = await workerFarm(t);
	const port = await takenPort();
	const state = path.join(folder, 'state/tester');
	fs.mkdirSync(state, {recursive: true});
	fs.writeFileSync(path.join(state, 'port'), String(port.number));
	worker();
	const place = await runCallable(scheduler, {invocation: 1, folder});
	t.not(place.address, `127.0.0.1:${port.number}`);
	t.like(await (await callJob(place)).call('job.get_attributes'), {
		result: {attributes: {of: 1}},
	});
	t.is(
		fs.readFileSync(path.join(state, 'port'), 'utf8'),
		place.address.split(':', 2)[1] ?? '',
	);
	await port.close();
});

/** A port that somebody listens on. */
const takenPort = async () => {
	const server = net.createServer();
	server.listen(0, '127.0.0.1');
	await once(server, 'listening');
	return {
		number: (server.address() as net.AddressInfo).port,
		async close() {
			server.close();
			await once(server, 'close');
		},
	};
};
