import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {mkdtemp, readdir, rm, stat, writeFile} from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import test, {type ExecutionContext} from 'ava';
import {
	readLocalSchedulers,
	writeLocalScheduler,
} from '../source/net/local-address.js';

const scheduler = {
	pid: process.pid,
	started_at: 1000,
	server: {host: '127.0.0.1', port: 1384},
	ui: {host: '127.0.0.1', port: 1385},
	database: '/srv/farm.db',
	database_id: 'd1',
	farm: 'ours',
	farm_id: 'f1',
};

const emptyFolder = async (t: ExecutionContext): Promise<string> => {
	const folder = await mkdtemp(path.join(os.tmpdir(), 'lifeblood-net-'));
	t.teardown(async () => rm(folder, {recursive: true}));
	return folder;
};

/** The id of a process that has ended. */
const deadPid = async (): Promise<number> => {
	const child = spawn('true');
	await once(child, 'exit');
	return child.pid ?? 0;
};

test('a scheduler that left word is found, by its user alone, until it takes it away', async (t) => {
	const folder = path.join(await emptyFolder(t), 'run', 'lifeblood');
	const remove = await writeLocalScheduler(folder, scheduler);
	t.deepEqual(await readLocalSchedulers(folder), [scheduler]);
	const [name = ''] = await readdir(folder);
	const file = await stat(path.join(folder, name));
	t.is((file.mode % 0o1000).toString(8), '600');
	const {mode} = await stat(folder);
	t.is((mode % 0o1000).toString(8), '700');
	await remove();
	t.deepEqual(await readLocalSchedulers(folder), []);
	await remove();
});

test('a scheduler that died is not found, and the next one clears its word away', async (t) => {
	const folder = await emptyFolder(t);
	await writeLocalScheduler(folder, {...scheduler, pid: await deadPid()});
	t.deepEqual(await readLocalSchedulers(folder), []);
	await writeLocalScheduler(folder, scheduler);
	t.deepEqual(await readdir(folder), [`scheduler-${process.pid}.json`]);
});

test('of several, the one that started last comes first', async (t) => {
	const folder = await emptyFolder(t);
	await writeLocalScheduler(folder, scheduler);
	const later = {...scheduler, pid: process.ppid, started_at: 2000};
	await writeLocalScheduler(folder, later);
	t.deepEqual(await readLocalSchedulers(folder), [later, scheduler]);
});

test('no folder, and files that say something else, are no schedulers', async (t) => {
	const folder = await emptyFolder(t);
	t.deepEqual(await readLocalSchedulers(path.join(folder, 'none')), []);
	await writeFile(path.join(folder, 'scheduler-1.json'), 'half a fi');
	await writeFile(path.join(folder, 'scheduler-2.json'), '{"pid":"one"}');
	await writeFile(path.join(folder, 'notes.txt'), JSON.stringify(scheduler));
	t.deepEqual(await readLocalSchedulers(folder), []);
});
