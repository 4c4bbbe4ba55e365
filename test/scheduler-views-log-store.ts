import {Buffer} from 'node:buffer';
import {mkdir, rm, stat, writeFile, appendFile} from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import {invocationId, workerId} from '../source/core/ids.js';
import {
	createLogStore,
	type AskWorker,
} from '../source/scheduler/views/log-store.js';
import {createShownFarm} from './helpers/shown-farm.js';
import {storedAt} from './helpers/stored-farm.js';

const base64 = (data: string): string => Buffer.from(data).toString('base64');

const setUp = async (
	t: Parameters<typeof createShownFarm>[0],
	askWorker: AskWorker['read'] = async () => undefined,
	askMarks: AskWorker['marks'] = async () => undefined,
) => {
	const farm = await createShownFarm(t);
	const node = farm.node('a');
	const worker = farm.worker('w1');
	const task = farm.task({state: 'ready', node_id: node});
	const invocation = farm.run(task, worker);
	farm.link(worker);
	const folder = path.join(farm.folder, 'farm.logs');
	const logs = createLogStore({
		folder,
		context: farm.context,
		askWorker: {read: askWorker, marks: askMarks},
	});
	const end = (): void => {
		farm.end(invocation);
		farm.set(task, {state: 'dead', invocation_id: null});
		farm.load();
	};

	return {farm, worker, invocation, logs, folder, end};
};

test('a log in the shared folder is read by offset while it grows, and is complete when its process has ended', async (t) => {
	const {logs, invocation, end} = await setUp(t);
	const file = logs.file(invocation);
	t.deepEqual(await logs.read({invocation, offset: 0, limit: 100}), {
		data: '',
		offset: 0,
		size: 0,
		complete: false,
	});
	await mkdir(path.dirname(file), {recursive: true});
	await writeFile(file, 'one\ntwo\n');
	t.deepEqual(await logs.read({invocation, offset: 4, limit: 2}), {
		data: base64('tw'),
		offset: 4,
		size: 8,
		complete: false,
	});
	await appendFile(file, 'three\n');
	t.deepEqual(await logs.read({invocation, offset: -6, limit: 100}), {
		data: base64('three\n'),
		offset: 8,
		size: 14,
		complete: false,
	});
	t.deepEqual(await logs.read({invocation, offset: -100, limit: 3}), {
		data: base64('one'),
		offset: 0,
		size: 14,
		complete: false,
	});
	t.deepEqual(await logs.read({invocation, offset: 99, limit: 3}), {
		data: '',
		offset: 99,
		size: 14,
		complete: false,
	});
	end();
	t.like(await logs.read({invocation, offset: 0, limit: 3}), {complete: true});
	t.deepEqual(await logs.status(invocation), {
		size: 14,
		complete: true,
		marked: 0,
	});
	await t.throwsAsync(
		logs.read({invocation: invocationId(99), offset: 0, limit: 1}),
		{code: 'NOT_FOUND'},
	);
});

test('a log that is only with its worker is asked for there', async (t) => {
	const content = 'a log far away';
	const {logs, invocation, end, farm, worker} = await setUp(
		t,
		async (_, {offset, limit}) => ({
			data: base64(content.slice(offset, offset + limit)),
			size: content.length,
			known: true,
		}),
	);
	t.deepEqual(await logs.read({invocation, offset: 2, limit: 3}), {
		data: base64('log'),
		offset: 2,
		size: 14,
		complete: false,
	});
	t.like(await logs.read({invocation, offset: -4, limit: 100}), {
		data: base64('away'),
	});
	end();
	t.deepEqual(
		await logs.status(invocation),
		{size: 14, complete: false, marked: 0},
		'it is still to come here',
	);
	farm.unlink(worker);
	t.deepEqual(
		await logs.status(invocation),
		{size: 0, complete: true, marked: 0},
		'nothing will come any more',
	);
});

test('uploaded pieces make a whole, whatever is sent again', async (t) => {
	const {logs, invocation, end, worker, folder} = await setUp(t);
	end();
	const append = async (
		offset: number,
		data: string,
		last = false,
	): Promise<void> =>
		logs.append(worker, {invocation, offset, data: base64(data), last});
	await append(0, 'hello ');
	t.deepEqual(await logs.read({invocation, offset: 0, limit: 99}), {
		data: base64('hello '),
		offset: 0,
		size: 6,
		complete: true,
	});
	await append(0, 'hello ');
	await append(3, 'lo wor');
	await t.throwsAsync(append(20, 'x'), {code: 'CONFLICT'});
	await t.throwsAsync(
		logs.append(workerId(99), {invocation, offset: 0, data: '', last: true}),
		{code: 'INVALID'},
	);
	await Promise.all([append(9, 'ld'), append(9, 'ld'), append(11, '!', true)]);
	await append(0, 'something else', true);
	t.like(await logs.read({invocation, offset: 0, limit: 99}), {
		data: base64('hello world!'),
	});
	logs.remove([invocation, 12_345]);
	await logs.settled();
	await t.throwsAsync(stat(logs.file(invocation)), {code: 'ENOENT'});
	await t.throwsAsync(
		stat(path.join(folder, '0')),
		{code: 'ENOENT'},
		'an emptied folder goes too',
	);
});

test('a log that cannot be removed keeps none of the others', async (t) => {
	const {folder, logs} = await setUp(t);
	const [stuck, other] = [
		logs.file(invocationId(1)),
		logs.file(invocationId(2)),
	];
	await mkdir(path.join(stuck, 'in the way'), {recursive: true});
	await writeFile(other, 'gone soon');
	logs.remove([1, 2]);
	await logs.settled();
	await t.throwsAsync(stat(other), {code: 'ENOENT'});
	await rm(path.join(folder, '0'), {recursive: true});
});

test('a worker that cannot be asked is no fault of whoever reads', async (t) => {
	const {FarmError} = await import('../source/core/errors.js');
	const {logs, invocation} = await setUp(t, async () => {
		throw new FarmError('CLOSED', 'The connection ended.');
	});
	t.deepEqual(await logs.read({invocation, offset: 0, limit: 10}), {
		data: '',
		offset: 0,
		size: 0,
		complete: false,
	});
});

const marks = {
	since: 1_700_000_000_000,
	marks: [
		[4, 0, 1],
		[10, 250, 2],
	] as Array<[number, number, 0 | 1 | 2]>,
	marked: 10,
};

test('what is noted of a log comes with it, and goes with it', async (t) => {
	const {logs, invocation, end, worker, folder} = await setUp(t);
	end();
	await logs.mark(worker, {invocation, ...marks});
	await logs.mark(worker, {invocation, ...marks});
	await t.throwsAsync(logs.mark(workerId(99), {invocation, ...marks}), {
		code: 'INVALID',
	});
	await logs.append(worker, {
		invocation,
		offset: 0,
		data: base64('out\nwrong\n'),
		last: true,
	});
	t.deepEqual(await logs.status(invocation), {
		size: 10,
		complete: true,
		marked: 10,
	});
	t.deepEqual(await logs.marks({invocation, offset: 0, limit: 100}), marks);
	t.deepEqual(await logs.marks({invocation, offset: 5, limit: 2}), {
		since: marks.since + 250,
		marks: [[7, 0, 2]],
		marked: 10,
	});
	await logs.mark(worker, {
		invocation,
		since: 5,
		marks: [[99, 0, 2]],
		marked: 99,
	});
	t.like(
		await logs.status(invocation),
		{marked: 10},
		'of a log that is all here nobody notes anything any more',
	);
	logs.remove([invocation]);
	await logs.settled();
	await t.throwsAsync(stat(path.join(folder, '0')), {code: 'ENOENT'});
});

test('what came only in part of a log and its marks goes with them', async (t) => {
	const {folder, logs} = await setUp(t);
	const drawer = path.join(folder, '0');
	await mkdir(drawer, {recursive: true});
	for (const name of ['1.log', '1.log.part', '1.marks', '1.marks.part']) {
		await writeFile(path.join(drawer, name), 'some'); // eslint-disable-line no-await-in-loop -- few
	}

	logs.remove([1]);
	await logs.settled();
	await t.throwsAsync(stat(drawer), {code: 'ENOENT'});
});

test('marks that fit nothing are not kept', async (t) => {
	const {logs, invocation, worker} = await setUp(t);
	await logs.mark(worker, {
		invocation,
		since: 5,
		marks: [
			[10, 0, 2],
			[4, 0, 1],
		],
		marked: 10,
	});
	t.deepEqual(await logs.marks({invocation, offset: 0, limit: 100}), {
		since: 0,
		marks: [],
		marked: 0,
	});
});

test('what is noted of a log that is only with its worker is asked for there; an older one notes nothing', async (t) => {
	const {FarmError} = await import('../source/core/errors.js');
	const read: AskWorker['read'] = async () => ({
		data: base64('out\nwrong\n'),
		size: 10,
		known: true,
	});
	const newer = await setUp(t, read, async () => marks);
	t.deepEqual(
		await newer.logs.marks({
			invocation: newer.invocation,
			offset: 0,
			limit: 100,
		}),
		marks,
	);
	t.like(await newer.logs.status(newer.invocation), {size: 10, marked: 10});
	const older = await setUp(t, read, async () => {
		throw new FarmError('VERSION', 'There is no method log.marks.');
	});
	t.like(await older.logs.status(older.invocation), {size: 10, marked: 0});
});
