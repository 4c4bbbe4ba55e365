import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import test from 'ava';
import Database from 'better-sqlite3';
import knex from 'knex';
import {up as farm} from '../source/db/migrations/001-farm.js';
import {migrations} from '../source/db/migrations/list.js';
import {openDatabase} from '../source/db/open.js';

test('a database of the first schema is brought up to date, with what is in it, after a backup', async (t) => {
	const folder = await fs.mkdtemp(path.join(os.tmpdir(), 'lifeblood-migrate-'));
	t.teardown(async () => {
		await fs.rm(folder, {recursive: true});
	});
	const file = path.join(folder, 'farm.db');
	const old = knex({
		client: 'better-sqlite3',
		connection: {filename: file},
		useNullAsDefault: true,
	});
	await farm(old);
	await old('workers').insert({
		name: 'one',
		machine_id: 'm',
		host: 'h',
		address: 'a',
		type: 'standard',
		capabilities: '{"blender": "3.4.1"}',
		resources: '{}',
		version: '0',
		last_seen_at: 1,
	});
	await old.raw('PRAGMA user_version = 1');
	await old.destroy();

	const database = await openDatabase(file);
	t.teardown(() => {
		database.close();
	});
	t.is(database.backup, `${file}.schema-1.backup`);
	t.like(database.writer.prepare('SELECT name, resolver FROM workers').all(), {
		length: 1,
		0: {name: 'one', resolver: ''},
	});
});

test('a database of some other program is refused, whatever number it gives its schema, and left as it is', async (t) => {
	const folder = await fs.mkdtemp(path.join(os.tmpdir(), 'lifeblood-migrate-'));
	t.teardown(async () => {
		await fs.rm(folder, {recursive: true});
	});
	for (const version of [0, 1, migrations.length, migrations.length + 1]) {
		const file = path.join(folder, `${version}.db`);
		const other = new Database(file);
		other.exec(
			`CREATE TABLE bookmarks (url TEXT); PRAGMA user_version = ${version}`,
		);
		other.close();
		const before = await fs.readFile(file); // eslint-disable-line no-await-in-loop -- one after the other
		// eslint-disable-next-line no-await-in-loop -- as above
		await t.throwsAsync(openDatabase(file), {
			code: 'INVALID',
			message: `${file} is a database of some other program: name another one with --db.`,
		});
		const after = await fs.readFile(file); // eslint-disable-line no-await-in-loop -- as above
		t.deepEqual(after, before);
	}
});
