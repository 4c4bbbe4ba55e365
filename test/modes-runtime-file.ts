import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import test from 'ava';
import {
	readRuntimeFiles,
	removeRuntimeFile,
	writeRuntimeFile,
} from '../source/modes/runtime-file.js';

const entry = {
	pid: process.pid,
	farm: 'test',
	server: {host: '127.0.0.1', port: 1},
	ui: {host: '127.0.0.1', port: 1},
	database: '/nowhere.db',
	config_folder: '/nowhere',
	key_file: null,
	started_at: '2026-01-01T00:00:00.000Z',
};

test("what a killed scheduler left is passed over though its number is another process's now, and goes when the next one starts", async (t) => {
	const folder = await fs.mkdtemp(path.join(os.tmpdir(), 'lifeblood-run-'));
	t.teardown(async () => fs.rm(folder, {recursive: true}));
	// The process that started this one lives, and is none.
	const left = path.join(folder, `scheduler-${process.ppid}.json`);
	await fs.writeFile(
		left,
		JSON.stringify({
			...entry,
			pid: process.ppid,
			process_identity: 'another start of the machine 17',
		}),
	);
	t.deepEqual(await readRuntimeFiles(folder), []);

	const file = await writeRuntimeFile(folder, entry);
	t.like(await readRuntimeFiles(folder), {0: entry, length: 1});
	t.deepEqual(await fs.readdir(folder), [path.basename(file)]);
	await removeRuntimeFile(file);
	t.deepEqual(await readRuntimeFiles(folder), []);
});

test('a scheduler of which no more is known than its number is one while there is a process of that number', async (t) => {
	const folder = await fs.mkdtemp(path.join(os.tmpdir(), 'lifeblood-run-'));
	t.teardown(async () => fs.rm(folder, {recursive: true}));
	await fs.writeFile(
		path.join(folder, `scheduler-${process.ppid}.json`),
		JSON.stringify({...entry, pid: process.ppid}),
	);
	await writeRuntimeFile(folder, entry);
	t.is((await readRuntimeFiles(folder)).length, 2);
});
