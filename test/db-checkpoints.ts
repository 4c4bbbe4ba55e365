import {mkdtemp, rm, stat} from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import {setImmediate as nextTick} from 'node:timers/promises';
import test from 'ava';
import {backupDatabase} from '../source/db/backup.js';
import {checkDatabase} from '../source/db/check.js';
import {createCheckpoints} from '../source/db/checkpoints.js';
import {openDatabase, openToRead, walBytes} from '../source/db/open.js';
import {until} from './helpers/until.js';

const setUp = async (t: {
	readonly teardown: (action: () => Promise<void>) => void;
}) => {
	const folder = await mkdtemp(path.join(os.tmpdir(), 'lifeblood-wal-'));
	const database = await openDatabase(path.join(folder, 'farm.db'));
	const checkpoints = createCheckpoints(database);
	t.teardown(async () => {
		await checkpoints.stop();
		database.close();
		await rm(folder, {recursive: true, force: true});
	});
	const insert = database.writer.prepare(
		'INSERT INTO farm (key, value) VALUES (?, ?)',
	);
	let written = 0;
	return {
		folder,
		database,
		checkpoints,
		written: () => written,
		/** A commit of about a megabyte. */
		commit(): void {
			database.writer.transaction(() => {
				for (let index = 0; index < 100; index++) {
					written += 1;
					insert.run(`key ${written}`, 'x'.repeat(10_000));
				}
			})();
			checkpoints.onCommit(performance.now());
		},
		async walSize(): Promise<number> {
			const {size} = await stat(`${database.path}-wal`);
			return size;
		},
	};
};

test('what piled up behind a long look at the database is given back beside the writer, and the WAL is small again', async (t) => {
	const {database, checkpoints, commit, walSize} = await setUp(t);
	const look = openToRead(database.path);
	t.teardown(() => look.close());
	look.exec('BEGIN');
	const count = look.prepare<unknown[], {n: number}>(
		'SELECT count(*) AS n FROM farm',
	);
	const before = count.get()?.n;
	for (let index = 0; index < 60; index++) {
		commit();
		await nextTick(); // eslint-disable-line no-await-in-loop -- as between turns
	}

	t.is(count.get()?.n, before, 'it looks at one moment all the time');
	t.true((await walSize()) > 3 * walBytes);
	t.true(checkpoints.isAside());
	t.is(database.writer.pragma('wal_autocheckpoint', {simple: true}), 0);
	look.exec('COMMIT');
	await until(
		() => {
			commit();
			return checkpoints.isAside() ? undefined : true;
		},
		{what: 'the thread to be done'},
	);
	t.is(database.writer.pragma('wal_autocheckpoint', {simple: true}), 1000);
	await until(
		async () => {
			commit();
			return (await walSize()) <= walBytes + 8 * 2 ** 20 ? true : undefined;
		},
		{what: 'the WAL to be small'},
	);
	t.deepEqual(checkDatabase(database.reader), []);
});

test('the WAL stays small while some write all the time and others look again and again', async (t) => {
	const {database, checkpoints, commit, walSize, written} = await setUp(t);
	const look = openToRead(database.path);
	t.teardown(() => look.close());
	const count = look.prepare<unknown[], {n: number}>(
		'SELECT count(*) AS n FROM farm',
	);
	const seen: number[] = [];
	let largest = 0;
	for (let index = 0; index < 300; index++) {
		// Each look lasts for ten commits, and there is one nearly all of the time.
		if (index % 11 === 0) {
			look.exec('BEGIN');
			seen.push((count.get()?.n ?? 0) - written());
		} else if (index % 11 === 10) {
			look.exec('COMMIT');
		}

		commit();
		await nextTick(); // eslint-disable-line no-await-in-loop -- as between turns
		largest = Math.max(largest, await walSize()); // eslint-disable-line no-await-in-loop -- as above
	}

	t.true(
		seen.every((behind) => behind >= 0),
		'each look sees all that was committed before it',
	);
	t.true(largest < 96 * 2 ** 20, `${largest} bytes`);
	t.log(
		`300 MB were written, and the WAL had up to ${Math.round(largest / 2 ** 20)} MiB`,
	);
	await checkpoints.stop();
	t.deepEqual(checkDatabase(database.reader), []);
});

test('a copy ends while there is a commit for each of its steps, and has all that was written before it', async (t) => {
	const {folder, database, commit, written} = await setUp(t);
	for (let index = 0; index < 50; index++) {
		commit();
	}

	const before = written();
	const copy = path.join(folder, 'copy.db');
	let steps = 0;
	await backupDatabase(database.path, copy, () => {
		steps += 1;
		commit();
	});
	t.true(steps < 10, `${steps} steps`);
	const reader = openToRead(copy);
	t.teardown(() => reader.close());
	t.is(
		reader
			.prepare<unknown[], {n: number}>(
				"SELECT count(*) AS n FROM farm WHERE key LIKE 'key %'",
			)
			.get()?.n,
		before,
	);
	t.deepEqual(checkDatabase(reader), []);
});
