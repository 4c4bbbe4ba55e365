import {Buffer} from 'node:buffer';
import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import test from 'ava';
import type {Connection} from '../source/net/greet.js';
import {
	cannedInvocation,
	cannedTask,
	startCannedScheduler,
} from './helpers/canned-scheduler.js';
import {runCommand, stdoutOf} from './helpers/run-command.js';
import {until} from './helpers/until.js';

test('a submission carries what its flags say, and prints the id', async (t) => {
	const folder = await fs.mkdtemp(path.join(os.tmpdir(), 'lifeblood-submit-'));
	const file = path.join(folder, 'attributes.yaml');
	await fs.writeFile(file, 'quality: low\nscene: /srv/a.blend\nframes: []\n');
	const scheduler = await startCannedScheduler({
		'task.submit': () => ({id: 12}),
	});
	const words = [
		'submit',
		'render',
		'--scheduler',
		scheduler.address,
		'--insecure',
	];
	const {status, stdout, stderr} = await runCommand([
		...words,
		'--attrs',
		file,
		'--frames',
		'1-3',
		'--attr',
		'quality=high',
		'--attr',
		'size:=[1,2]',
		'--group',
		'a',
		'--group',
		'b',
		'--priority',
		'-5',
		'--name',
		'beauty',
		'--package',
		'blender=~3.4',
		'--paused',
	]);
	t.is(status, 0, `It said: ${stderr}`);
	t.is(stdout, '12\n');
	t.like(scheduler.calls[0]?.params, {
		node: 'render',
		name: 'beauty',
		attributes: {
			quality: 'high',
			scene: '/srv/a.blend',
			frames: [1, 2, 3],
			size: [1, 2],
		},
		groups: ['a', 'b'],
		priority: -5,
		paused: true,
		environment: {resolver: 'standard', arguments: {'package.blender': '~3.4'}},
	});
	t.is(await stdoutOf([...words, '--json']), '{"id":12}\n');
	await scheduler.stop();
	await fs.rm(folder, {recursive: true});
});

test('what cannot be submitted is told before a scheduler is looked for', async (t) => {
	for (const flags of [
		['--frames', '1-'],
		['--attr', 'x'],
		['--attr', 'x:=nan'],
		['--attrs', '/nowhere/at/all.json'],
		['--priority', 'high'],
		['--package', '='],
	]) {
		const {status, stderr} = await runCommand(['submit', 'render', ...flags]); // eslint-disable-line no-await-in-loop -- one after the other
		t.is(status, 2, `It said: ${stderr}`);
		t.is(stderr.trimEnd().split('\n').length, 1, `It said: ${stderr}`);
	}
});

test('a number in a file that could not be kept, and a group without a name, are refused', async (t) => {
	const folder = await fs.mkdtemp(path.join(os.tmpdir(), 'lifeblood-submit-'));
	const file = path.join(folder, 'attributes.yaml');
	await fs.writeFile(file, 'deep:\n  n: 9007199254740993\n');
	const rounded = await runCommand(['submit', 'render', '--attrs', file]);
	t.is(rounded.status, 2);
	t.regex(rounded.stderr, /the number 9007199254740993 cannot be kept/v);
	await fs.rm(folder, {recursive: true});
	const nameless = await runCommand(['submit', 'render', '--group', '']);
	t.is(nameless.status, 2);
	t.regex(
		nameless.stderr,
		/--group was given nothing: --group GROUP, or leave it out/v,
	);
});

test('waiting for what was submitted ends with 1 where something of it is in error', async (t) => {
	const scheduler = await startCannedScheduler({
		'task.submit': () => ({id: 12}),
		'task.wait': () => ({at_rest: true, errors: 1, live: 0}),
	});
	const {status, stdout} = await runCommand([
		'submit',
		'render',
		'--wait',
		'--json',
		'--scheduler',
		scheduler.address,
		'--insecure',
	]);
	t.is(status, 1);
	t.deepEqual(JSON.parse(stdout), {id: 12, at_rest: true, errors: 1, live: 0});
	await scheduler.stop();
});

test('following shows the logs of the whole tree, also of a process that came and went unseen', async (t) => {
	const logs = new Map([
		[101, 'first line\nü cut he'],
		[102, 'of a child\n'],
		[103, 'too short to be seen\n'],
	]);
	const rest = Promise.withResolvers<{
		at_rest: boolean;
		errors: number;
		live: number;
	}>();
	const root = cannedTask(12, {
		name: 'root',
		state: 'in_progress',
		invocation_id: 101,
		attempts: 1,
	});
	let tree = [root];
	let watcher: Connection | undefined;
	let watches = 0;
	const scheduler = await startCannedScheduler({
		'task.submit': () => ({id: 12}),
		'task.wait': async () => rest.promise,
		'task.list'({filter}) {
			t.is(Number(filter.tree), 12);
			return {tasks: tree, more: false};
		},
		'task.invocations': ({id}) => ({
			// Tasks 12, 13 and 14 have one each: 101, 102 and 103.
			invocations: [cannedInvocation(Number(id) + 89, Number(id))],
		}),
		'log.read'({invocation, offset, limit}) {
			const bytes = Buffer.from(logs.get(invocation)!);
			// In pieces that cut a character in two.
			const piece = bytes.subarray(offset, offset + Math.min(limit, 12));
			return {
				data: piece.toString('base64'),
				offset,
				size: bytes.length,
				complete: true,
			};
		},
		watch({what}, connection) {
			watches += 1;
			if (what === 'tasks') {
				watcher = connection;
				// Before the answer that tells its number.
				connection.peer.notify('watch.update', {watch: watches, rows: []});
			}

			return {watch: watches, snapshot: {}};
		},
		unwatch: () => ({}),
	});
	const running = runCommand([
		'submit',
		'render',
		'--follow',
		'--scheduler',
		scheduler.address,
		'--insecure',
	]);
	const peer = await until(() => watcher?.peer, {what: 'the watch'});
	const child = cannedTask(13, {
		name: 'child',
		invocation_id: 102,
		state: 'in_progress',
		attempts: 1,
	});
	tree = [root, child];
	peer.notify('watch.update', {watch: 1, rows: [child]});
	await until(
		() =>
			scheduler.calls.some(
				({name, params}) =>
					name === 'log.read' &&
					(params as {invocation: number}).invocation === 102,
			)
				? true
				: undefined,
		{what: "the child's log"},
	);
	tree = [
		root,
		child,
		cannedTask(14, {name: 'quick', state: 'dead', attempts: 1}),
	];
	rest.resolve({at_rest: true, errors: 0, live: 0});
	const {status, stdout, stderr} = await running;
	t.is(status, 0, `It said: ${stderr}`);
	t.deepEqual(stdout.trimEnd().split('\n').toSorted(), [
		'12',
		'child 13 | of a child',
		'quick 14 | too short to be seen',
		'root 12 | first line',
		'root 12 | ü cut he',
	]);
	await scheduler.stop();
});
