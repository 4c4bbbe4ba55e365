import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import test, {type ExecutionContext} from 'ava';
import {execa} from 'execa';
import {checkDatabase} from '../../source/db/check.js';
import {openToRead} from '../../source/db/open.js';
import {createFarm, isRunning} from '../helpers/farm-process.js';
import {fillDisk} from '../helpers/fill-disk.js';
import {job, notRunOnce, waitFor} from '../helpers/run-account.js';
import {testWhere} from '../helpers/test-where.js';
import {until} from '../helpers/until.js';

const mount = async (
	folder: string,
	{megabytes, files = 10_000}: {megabytes: number; files?: number},
) =>
	execa(
		'mount',
		[
			'-t',
			'tmpfs',
			'-o',
			`size=${megabytes}m,nr_inodes=${files}`,
			'lifeblood-test',
			folder,
		],
		{reject: false},
	);

const whyNoDisk = async (): Promise<string | undefined> => {
	if (process.getuid?.() !== 0) {
		return 'only root may mount a small disk';
	}

	const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'lifeblood-disk-'));
	const {failed} = await mount(folder, {megabytes: 1});
	await execa('umount', [folder], {reject: false});
	fs.rmdirSync(folder);
	return failed ? 'this machine mounts no tmpfs' : undefined;
};

/** A disk that is soon full. To be made before the farm, so that it goes after it. */
const smallDisk = async (
	t: ExecutionContext,
	files?: number,
): Promise<string> => {
	const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'lifeblood-disk-'));
	await mount(folder, {megabytes: 12, ...(files !== undefined && {files})});
	t.teardown(async () => {
		await execa('umount', [folder]);
		fs.rmdirSync(folder);
	});
	return folder;
};

const hindrance = await whyNoDisk();
const testWithDisk = (
	title: string,
	implementation: (t: ExecutionContext) => Promise<void>,
): void => {
	testWhere(hindrance, title, implementation);
};

testWithDisk(
	'a full disk is told to whoever submits, loses nothing that was acknowledged, and once there is room the farm goes on by itself',
	async (t) => {
		const disk = await smallDisk(t);
		const farm = createFarm(t);
		const database = path.join(disk, 'farm.db');
		const scheduler = await farm.scheduler({database});
		await farm.worker();
		await farm.graph(
			{
				start: {type: 'null'},
				held: {type: 'command', parameters: job(waitFor('go'))},
				end: {type: 'null'},
			},
			['start -> end', 'held -> end'],
		);
		const held = await farm.submit('held');
		await farm.begun(1);
		await farm.taskIn(held, 'in_progress');
		const acknowledged: string[] = [];
		const submit = async (name: string): Promise<void> => {
			await farm.ask('task.submit', {
				node: 'start',
				name,
				attributes: {text: 'x'.repeat(20_000)},
				request_id: name,
			});
			acknowledged.push(name);
		};

		await submit('before');
		const filler = path.join(disk, 'filler');
		fillDisk(filler);
		const refused = await t.throwsAsync(
			(async () => {
				for (let index = 0; ; index++) {
					await submit(`full ${index}`); // eslint-disable-line no-await-in-loop -- until one is refused
				}
			})(),
			{code: 'STORAGE'},
		);
		t.regex(refused?.message ?? '', /disk that holds .*farm\.db is full/v);
		const told = await farm.cli([
			'submit',
			'start',
			'--attr',
			`a=${'x'.repeat(50_000)}`,
		]);
		t.is(told.exitCode, 1);
		t.regex(told.stderr, /is full: free some space/v);
		// Looking still works, and a process's end is not forgotten.
		t.is(await farm.status(['task', 'list']), 0);
		farm.open('go');
		await until(() => (farm.runs()[0]?.hasEnded === true ? true : undefined), {
			what: 'the process to end',
		});
		t.false(scheduler.hasEnded());

		fs.rmSync(filler);
		await until(
			async () => {
				await Promise.allSettled([submit('after')]);
				return acknowledged.includes('after') ? true : undefined;
			},
			{what: 'a submission to be taken again', within: 10_000},
		);
		await until(
			() =>
				/info +The database can be written again\.$/mv.test(scheduler.said())
					? true
					: undefined,
			{what: 'the log to say so'},
		);
		const [trouble = ''] =
			/^.*committing a turn.*$/mv.exec(scheduler.said()) ?? [];
		t.is(trouble.match(/is full: free some space/gv)?.length, 1, trouble);
		t.like(await farm.rest(held), {errors: 0});
		t.like(await farm.task(held), {state: 'done', node: 'end'});
		t.deepEqual(notRunOnce(farm.runs()), []);
		t.is(farm.runs().length, 1);
		const {tasks} = await farm.ask('task.list', {});
		t.deepEqual(
			tasks
				.map(({name}) => name)
				.filter((name) => name !== 'held')
				.toSorted(),
			acknowledged.toSorted(),
		);
	},
);

testWithDisk(
	'kill -9 on a full disk loses nothing that was acknowledged',
	async (t) => {
		const disk = await smallDisk(t);
		const farm = createFarm(t);
		const database = path.join(disk, 'farm.db');
		const scheduler = await farm.scheduler({database});
		await farm.graph({start: {type: 'null'}, end: {type: 'null'}}, [
			'start -> end',
		]);
		const acknowledged: number[] = [];
		const filler = path.join(disk, 'filler');
		fillDisk(filler);
		await t.throwsAsync(
			(async () => {
				for (;;) {
					/* eslint-disable no-await-in-loop -- until one is refused */
					acknowledged.push(
						await farm.submit('start', {
							attributes: {text: 'x'.repeat(20_000)},
						}),
					);
					/* eslint-enable no-await-in-loop */
				}
			})(),
			{code: 'STORAGE'},
		);
		await scheduler.end('SIGKILL');
		fs.rmSync(filler);
		await farm.scheduler({database});
		const {tasks} = await farm.ask('task.list', {limit: 10_000});
		t.deepEqual(
			tasks.map(({id}) => id as number),
			acknowledged,
		);
	},
);

testWithDisk(
	"a worker whose disk is full says so and takes nothing, no task's attempts are used up, and once there is room it works again by itself",
	async (t) => {
		const disk = await smallDisk(t);
		const farm = createFarm(t, {attempts: 1});
		const {server} = await farm.scheduler();
		await farm.graph({run: {type: 'command', parameters: job()}});
		await farm.worker({
			flags: ['--scheduler', `${server.host}:${server.port}`],
			environment: {XDG_STATE_HOME: disk},
		});
		const filler = path.join(disk, 'filler');
		fillDisk(filler);
		const {ids} = await farm.ask('task.submit_many', {
			tasks: Array.from({length: 20}, () => ({node: 'run'})),
		});
		await farm.workerIn('one', 'error');
		const {message} = await farm.ask('worker.get', {worker: 'one'});
		t.regex(message ?? '', /no space left|full/v);
		const {tasks} = await farm.ask('task.list', {});
		t.deepEqual(
			tasks.filter(({state, attempts}) => state !== 'ready' || attempts !== 0),
			[],
		);
		fs.rmSync(filler);
		t.like(await farm.rest(ids), {errors: 0});
		t.is(farm.runs().length, 20);
		t.deepEqual(notRunOnce(farm.runs()), []);
	},
);

test.serial(
	'a second scheduler on one file says so and ends, by whatever name it calls the file, and the first goes on',
	async (t) => {
		const farm = createFarm(t);
		const database = path.join(farm.folder, 'farm.db');
		await farm.scheduler({database});
		await farm.worker();
		await farm.graph({run: {type: 'command', parameters: job(waitFor('go'))}});
		const id = await farm.submit('run');
		await farm.begun(1);
		const link = path.join(farm.folder, 'link.db');
		fs.symlinkSync(database, link);
		for (const name of [
			database,
			link,
			path.join(farm.folder, '.', 'farm.db'),
		]) {
			// eslint-disable-next-line no-await-in-loop -- one after the other
			const second = await farm.cli(['scheduler', '--db', name]);
			t.is(second.exitCode, 1);
			t.regex(second.stderr, /farm\.db/v);
			t.regex(second.stderr, /scheduler/v);
			t.notRegex(second.stderr, /\n +at /v);
		}

		farm.open('go');
		t.like(await farm.rest(id), {errors: 0});
		t.deepEqual(notRunOnce(farm.runs()), []);
	},
);

test.serial(
	'of schedulers that start at once on one new file one serves it',
	async (t) => {
		const farm = createFarm(t);
		const database = path.join(farm.folder, 'new.db');
		const started = Array.from({length: 5}, () =>
			farm.start(['scheduler', '--db', database]),
		);
		const ready = await until(
			() => {
				const ended = started.filter((daemon) => daemon.hasEnded());
				const one = started.find((daemon) =>
					daemon.said().includes('is ready'),
				);
				return one !== undefined && ended.length === 4 ? one : undefined;
			},
			{what: 'one to be ready and four to have ended', within: 30_000},
		);
		const ends = await Promise.all(
			started.filter((other) => other !== ready).map(async ({ended}) => ended),
		);
		t.true(ends.every(({code}) => code === 1));

		t.deepEqual(await ready.end('SIGTERM'), {code: 0, signal: null});
	},
);

test.serial(
	'two farms of one machine run side by side, and a command that could mean either asks which',
	async (t) => {
		const farm = createFarm(t);
		const first = await farm.scheduler();
		await farm.graph({only_first: {type: 'null'}});
		const second = await farm.scheduler({
			database: path.join(farm.folder, 'second.db'),
		});
		await farm.graph({only_second: {type: 'null'}});
		const unclear = await farm.cli(['node', 'list']);
		t.is(unclear.exitCode, 2);
		t.regex(unclear.stderr, /--scheduler/v);
		const address = ({host, port}: {host: string; port: number}) =>
			`${host}:${port}`;
		t.regex(
			await farm.printed([
				'node',
				'list',
				'--scheduler',
				address(first.server),
			]),
			/only_first/v,
		);
		t.regex(
			await farm.printed([
				'node',
				'list',
				'--scheduler',
				address(second.server),
			]),
			/only_second/v,
		);
	},
);

test.serial(
	'a backup that is made while the farm works is sound and can be served',
	async (t) => {
		const farm = createFarm(t);
		const database = path.join(farm.folder, 'farm.db');
		const scheduler = await farm.scheduler({database});
		await farm.graph({start: {type: 'null'}, end: {type: 'null'}}, [
			'start -> end',
		]);
		const enough = new AbortController();
		let last = 0;
		const working = (async () => {
			while (!enough.signal.aborted) {
				last = await farm.submit('start'); // eslint-disable-line no-await-in-loop -- one after the other
			}
		})();
		await until(() => (last > 20 ? true : undefined), {what: 'some tasks'});
		const before = last;
		const copy = path.join(farm.folder, 'copy.db');
		await farm.printed(['db', 'backup', copy, '--db', database]);
		t.true(last > before, 'It went on meanwhile');
		enough.abort();
		await working;
		t.is(await farm.status(['db', 'check', '--db', copy]), 0);
		t.is(await farm.status(['db', 'check', '--db', database]), 0);
		await scheduler.end('SIGTERM');
		await farm.scheduler({database: copy});
		const {tasks} = await farm.ask('task.list', {limit: 10_000});
		t.true(tasks.length >= before && tasks.length <= last);
		t.true(tasks.every(({state, node}) => state === 'done' && node === 'end'));
		const connection = openToRead(copy);
		t.deepEqual(checkDatabase(connection), []);
		connection.close();
	},
);

test.serial(
	'a file that is no database, or is a broken one, is refused with what to do, and left as it is',
	async (t) => {
		const farm = createFarm(t);
		const file = path.join(farm.folder, 'broken.sqlite');
		fs.writeFileSync(file, 'This is a text and no database. '.repeat(500));
		const before = fs.readFileSync(file);
		const {exitCode, stderr} = await farm.cli(['scheduler', '--db', file]);
		t.is(exitCode, 1);
		t.regex(stderr, /not a sound database.*restore a backup/v);
		t.deepEqual(fs.readFileSync(file), before);
	},
);

testWithDisk(
	'a database on a read-only disk is not served, and looked at all the same; what is not merged into it is not passed over',
	async (t) => {
		const disk = await smallDisk(t);
		const farm = createFarm(t);
		const database = path.join(disk, 'farm.db');
		const scheduler = await farm.scheduler({database});
		await farm.graph({start: {type: 'null'}}, []);
		await scheduler.end('SIGTERM');
		const wal = `${database}-wal`;
		t.false(fs.existsSync(wal));
		await execa('mount', ['-o', 'remount,ro', disk]);
		const served = await farm.cli(['scheduler', '--db', database]);
		t.is(served.exitCode, 1);
		t.regex(served.stderr, /farm\.db is on a file system that is read-only/v);
		t.is(await farm.status(['db', 'check', '--db', database]), 0);
		t.like(await farm.json(['db', 'info', '--db', database]), {nodes: 1});
		await execa('mount', ['-o', 'remount,rw', disk]);
		fs.writeFileSync(wal, 'not merged');
		await execa('mount', ['-o', 'remount,ro', disk]);
		const unmerged = await farm.cli(['db', 'check', '--db', database]);
		t.is(unmerged.exitCode, 1);
		t.regex(unmerged.stderr, /copy both .* name the copy with --db/v);
		await execa('mount', ['-o', 'remount,rw', disk]);
		fs.rmSync(wal);
	},
);

test.serial(
	'a folder that was mistyped is not made, and a new database is told',
	async (t) => {
		const farm = createFarm(t);
		const mistyped = path.join(farm.folder, 'not', 'there', 'farm.db');
		const {exitCode, stderr} = await farm.cli(['scheduler', '--db', mistyped]);
		t.is(exitCode, 2);
		t.regex(stderr, /There is no folder \S+not\/there: make it/v);
		t.false(fs.existsSync(path.join(farm.folder, 'not')));
		const database = path.join(farm.folder, 'new.db');
		const scheduler = await farm.scheduler({database});
		t.regex(scheduler.said(), /Made a new database at \S+new\.db\./v);
		await scheduler.end('SIGTERM');
		const again = await farm.scheduler({database});
		t.notRegex(again.said(), /Made a new database/v);
	},
);

testWithDisk(
	'a worker that was killed and comes back while its disk takes no more files finds its process all the same',
	async (t) => {
		const disk = await smallDisk(t, 100);
		const farm = createFarm(t);
		const environment = {XDG_STATE_HOME: disk};
		const {server} = await farm.scheduler();
		const flags = ['--scheduler', `${server.host}:${server.port}`];
		const worker = await farm.worker({environment, flags});
		await farm.graph({run: {type: 'command', parameters: job(waitFor('go'))}});
		const id = await farm.submit('run');
		const [run] = await farm.begun(1);
		await farm.taskIn(id, 'in_progress');
		await worker.end('SIGKILL');
		t.throws(
			() => {
				for (let number = 0; number < 100; number += 1) {
					fs.writeFileSync(path.join(disk, `filler-${number}`), '');
				}
			},
			{code: 'ENOSPC'},
		);
		const again = farm.start(
			['worker', '--name', 'one', '--cpus', '4', ...flags],
			environment,
		);
		await until(
			() => (again.said().includes('the disk is full') ? true : undefined),
			{what: 'the worker to say that its disk is full'},
		);
		await until(
			async () => {
				const {state} = await farm.ask('worker.get', {worker: 'one'});
				// What it runs goes on; that it can take nothing new is told too.
				return ['busy', 'error'].includes(state) ? true : undefined;
			},
			{what: 'the worker to be there'},
		);
		t.true(isRunning(run?.pid ?? 0));
		farm.open('go');
		t.like(await farm.rest(id), {errors: 0});
		t.like(await farm.task(id), {state: 'done', attempts: 1});
		t.deepEqual(notRunOnce(farm.runs()), []);
	},
);
