import {mkdtemp, rm} from 'node:fs/promises';
import {connect, type Socket} from 'node:net';
import {once} from 'node:events';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import test, {type ExecutionContext} from 'ava';
import {execa} from 'execa';
import {systemClock} from '../source/core/clock.js';
import {openDatabase} from '../source/db/open.js';
import {startMonitor} from '../source/modes/monitor.js';
import {coreNodes} from '../source/nodes/core-nodes.js';
import {createRegistry} from '../source/nodes/registry.js';
import {createSandbox} from '../source/sandbox/sandbox.js';
import {createHealth} from '../source/scheduler/monitor/health.js';
import {applyGraph} from '../source/scheduler/operations/graph.js';
import {submitTasks} from '../source/scheduler/operations/submit-tasks.js';
import {createScheduler} from '../source/scheduler/scheduler.js';
import {engineSettings} from './helpers/test-farm.js';
import {until} from './helpers/until.js';

/** A whole scheduler, with the port for those who watch it. */
const setUp = async (t: ExecutionContext) => {
	const folder = await mkdtemp(path.join(os.tmpdir(), 'lifeblood-monitor-'));
	const database = await openDatabase(path.join(folder, 'farm.db'));
	const errors: unknown[] = [];
	const scheduler = createScheduler({
		database,
		registry: createRegistry(coreNodes),
		sandbox: await createSandbox(),
		settings: engineSettings,
		farm: 'watched "farm"\n',
		version: '1.2.3',
		pid: process.pid,
		ports: [{host: '127.0.0.1', port: 0}],
		keys: undefined,
		rotateKeys: async () => ({join_code: '', view_only_join_code: ''}),
		presetFiles: {
			save: async () => undefined,
			remove: async () => undefined,
		},
		onTold: () => undefined,
		logFolder: path.join(folder, 'farm.logs'),
		clock: systemClock,
		log: {
			info: () => undefined,
			warn: () => undefined,
			error(message) {
				errors.push(message);
			},
		},
	});
	await scheduler.start(new AbortController().signal);
	const monitor = await startMonitor({
		settings: {enabled: true, ip: '127.0.0.1', port: 0},
		scheduler,
		log: {
			error(error) {
				errors.push(error);
			},
		},
	});
	t.teardown(async () => {
		await monitor[Symbol.asyncDispose]();
		await scheduler.stop();
		database.close();
		await rm(folder, {recursive: true, force: true});
	});
	const {port} = monitor.address()!;
	return {
		scheduler,
		database,
		errors,
		get: async (place: string, options?: RequestInit) =>
			fetch(`http://127.0.0.1:${port}${place}`, options),
		/** A connection that says what it likes. */
		raw(text: string): {
			readonly socket: Socket;
			readonly said: Promise<string>;
		} {
			const socket = connect(port, '127.0.0.1');
			let said = '';
			socket.on('data', (bytes) => {
				said += bytes.toString();
			});
			socket.on('error', () => undefined);
			socket.write(text);
			return {
				socket,
				said: (async () => {
					await once(socket, 'close');
					return said;
				})(),
			};
		},
	};
};

const valueOf = (text: string, series: string): number | undefined => {
	const line = text.split('\n').find((one) => one.startsWith(`${series} `));
	return line === undefined ? undefined : Number(line.split(' ').at(-1));
};

test('what is measured is there under its name, and follows what happens', async (t) => {
	const {scheduler, get} = await setUp(t);
	const first = await get('/metrics');
	t.is(first.status, 200);
	t.regex(
		first.headers.get('content-type') ?? '',
		/^text\/plain; version=0\.0\.4/v,
	);
	const before = await first.text();
	t.is(valueOf(before, 'lifeblood_tasks{state="ready"}'), 0);
	t.is(valueOf(before, 'lifeblood_workers{state="idle"}'), 0);
	t.is(valueOf(before, 'lifeblood_database_writable'), 1);
	t.is(valueOf(before, 'lifeblood_connections'), 0);
	t.is(valueOf(before, 'lifeblood_queue_oldest_age_seconds{state="ready"}'), 0);
	await scheduler.loop.submit(
		applyGraph(
			{
				nodes: {
					run: {type: 'command', parameters: {command: [{arg: 'true'}]}},
					end: {type: 'killer', parameters: {}},
				},
				connections: [],
			},
			{prune: false, dryRun: false},
		),
	);
	const submission = {attributes: {}, groups: [], priority: 0, paused: false};
	await scheduler.loop.submit(
		submitTasks(
			[
				{...submission, node: 'run'},
				{...submission, node: 'run'},
				{...submission, node: 'end'},
			],
			'tester',
		),
	);
	const text = await until(
		async () => {
			const answer = await get('/metrics');
			const scraped = await answer.text();
			return valueOf(scraped, 'lifeblood_tasks{state="ready"}') === 2 &&
				(valueOf(
					scraped,
					'lifeblood_queue_oldest_age_seconds{state="ready"}',
				) ?? 0) > 0
				? scraped
				: undefined;
		},
		{what: 'two tasks to be ready'},
	);
	t.is(valueOf(text, 'lifeblood_tasks{state="dead"}'), 1);
	t.is(valueOf(text, 'lifeblood_tasks_entered_total{state="dead"}'), 1);
	t.true((valueOf(text, 'lifeblood_turn_duration_seconds_count') ?? 0) > 0);
	t.true((valueOf(text, 'lifeblood_database_size_bytes') ?? 0) > 4096);
	t.true((valueOf(text, 'lifeblood_database_wal_size_bytes') ?? 0) > 0);
	t.true((valueOf(text, 'process_resident_memory_bytes') ?? 0) > 2 ** 20);
	t.is(
		valueOf(
			text,
			String.raw`lifeblood_info{farm="watched \"farm\"\n",version="1.2.3"}`,
		),
		1,
	);
});

test('every name and help is as Prometheus wants it', async (t) => {
	const {get} = await setUp(t);
	const answer = await get('/metrics');
	const text = await answer.text();
	const own = text
		.split('\n')
		.filter((line) => line.startsWith('# TYPE lifeblood_'))
		.map((line) => line.split(' ').slice(2));
	t.true(own.length > 12);
	for (const [name = '', type = ''] of own) {
		t.regex(name, /^lifeblood_[_a-z]+$/v);
		t.is(name.endsWith('_total'), type === 'counter');
	}

	const {exitCode, stdout, stderr, failed} = await execa(
		'promtool',
		['check', 'metrics'],
		{input: text, reject: false},
	);
	if (failed && exitCode === undefined) {
		t.log('promtool is not here, so it was not asked.');
		return;
	}

	t.deepEqual([exitCode, stdout, stderr], [0, '', '']);
});

test('the scheduler is well while its turns are committed, and says in one line why not', async (t) => {
	const {database, get} = await setUp(t);
	const well = await get('/healthz');
	t.is(well.status, 200);
	t.is(await well.text(), 'ok\n');
	database.writer.pragma('query_only = ON');
	const ill = await until(
		async () => {
			const answer = await get('/healthz');
			return answer.status === 503 ? answer.text() : undefined;
		},
		{what: 'the scheduler to be ill'},
	);
	t.regex(ill, /^The database .* cannot be opened or written .*\n$/v);
	t.is(ill.split('\n').length, 2);
	const scraped = await get('/metrics');
	t.is(valueOf(await scraped.text(), 'lifeblood_database_writable'), 0);
	database.writer.pragma('query_only = OFF');
	await until(
		async () => {
			const answer = await get('/healthz');
			return answer.status === 200 ? true : undefined;
		},
		{what: 'the scheduler to be well again'},
	);
});

test('a turn that is never committed is told', async (t) => {
	// Its own timers keep no process alive.
	const alive = setInterval(() => undefined, 1000);
	t.teardown(() => {
		clearInterval(alive);
	});
	const health = createHealth({
		loop: {
			submit: async () => Promise.withResolvers<never>().promise,
			trouble: () => undefined,
		},
		clock: systemClock,
	});
	t.deepEqual(await health(), {
		isWell: false,
		why: 'No turn was committed for 5 seconds.',
	});
});

test('a turn that was stuck is told no longer than it is', async (t) => {
	const {scheduler} = await setUp(t);
	const stuck = Promise.withResolvers<never>();
	let isStuck = true;
	const {measured} = scheduler;
	const monitor = await startMonitor({
		settings: {enabled: true, ip: '127.0.0.1', port: 0},
		scheduler: {
			measured: {
				...measured,
				loop: {
					...measured.loop,
					submit: async (operation) =>
						isStuck ? stuck.promise : measured.loop.submit(operation),
				},
			},
			observe: scheduler.observe,
		},
		log: {error: t.log},
	});
	t.teardown(async () => monitor[Symbol.asyncDispose]());
	const status = async (): Promise<number> => {
		const answer = await fetch(
			`http://127.0.0.1:${monitor.address()!.port}/healthz`,
		);
		return answer.status;
	};

	t.is(await status(), 503);
	isStuck = false;
	await t.notThrowsAsync(
		until(async () => ((await status()) === 200 ? true : undefined), {
			what: 'the scheduler to be well again',
		}),
	);
});

test('only GET of what is there is answered', async (t) => {
	const {get, raw} = await setUp(t);
	for (const [place, options, status] of [
		['/', {}, 404],
		['/metrics/', {}, 404],
		['/constructor', {}, 404],
		['/metrics?x=1', {}, 200],
		['/metrics', {method: 'POST'}, 405],
		['/metrics', {method: 'HEAD'}, 405],
		['/metrics', {method: 'DELETE'}, 405],
		['/metrics', {method: 'POST', body: 'x'}, 413],
	] as const) {
		// eslint-disable-next-line no-await-in-loop -- one after the other
		const answer = await get(place, options);
		t.deepEqual([place, answer.status], [place, status]);
	}

	t.regex(await raw('\0\u{1}hello\r\n\r\n').said, /^HTTP\/1\.1 400 /v);
	t.regex(
		await raw(`GET /metrics HTTP/1.1\r\nhost: a\r\nx: ${'y'.repeat(20_000)}`)
			.said,
		/^HTTP\/1\.1 431 /v,
	);
	t.regex(await raw('CONNECT a:1 HTTP/1.1\r\nhost: a\r\n\r\n').said, /^$/v);
});

test('who sends too slowly, or comes in crowds, is turned away, and others are served', async (t) => {
	const {get, raw, errors} = await setUp(t);
	const slow = raw('GET /metrics HTTP/1.1\r\nhost: a\r\nx-one: ');
	t.regex(await slow.said, /^HTTP\/1\.1 408 /v);
	const crowd = Array.from({length: 100}, () => raw(''));
	// Of so many some are closed at once.
	await Promise.any(crowd.map(async ({said}) => said));
	for (const {socket} of crowd) {
		socket.destroy();
	}

	const answer = await until(
		async () => {
			try {
				return await get('/metrics');
			} catch {
				return undefined;
			}
		},
		{what: 'an answer'},
	);
	t.is(answer.status, 200);
	await answer.text();
	t.deepEqual(errors, []);
});
