import fs from 'node:fs/promises';
import path from 'node:path';
import process from 'node:process';
import test from 'ava';
import Database from 'better-sqlite3';
import {z} from 'zod';
import {backupDatabase} from '../source/db/backup.js';
import {openDatabase, openToRead} from '../source/db/open.js';
import {checkDatabase} from '../source/db/check.js';
import {commandHome} from './helpers/command-home.js';
import {runCommand, statusOf} from './helpers/run-command.js';

const listed = z.array(
	z.object({
		name: z.string().nullable(),
		path: z.string(),
		in_use: z.boolean(),
		exists: z.boolean(),
		bytes: z.number().nullable(),
		served: z.boolean(),
	}),
);

const configOf = (home: string): string =>
	path.join(home, '.config', 'lifeblood', 'scheduler', 'config.toml');

test.serial('databases are created, named, chosen and listed', async (t) => {
	const home = await commandHome(t);
	t.is(await statusOf(['db', 'create', 'main']), 0);
	const tests = path.join(home, 'tests.db');
	t.is(await statusOf(['db', 'create', 'tests', tests]), 0);
	t.is(await statusOf(['db', 'use', 'tests']), 0);
	const {stdout} = await runCommand(['db', 'list', '--json']);
	const rows = listed.parse(JSON.parse(stdout));
	t.deepEqual(
		rows.map(({name, path: place, in_use: isUsed}) => ({
			name,
			place,
			isUsed,
		})),
		[
			{
				name: 'main',
				place: path.join(home, '.local/share/lifeblood/main.db'),
				isUsed: false,
			},
			{name: 'tests', place: tests, isUsed: true},
		],
	);
	t.true(rows.every((row) => row.exists && !row.served));
});

test.serial(
	'a file with comments keeps them when a database is added',
	async (t) => {
		const home = await commandHome(t);
		const file = configOf(home);
		await fs.mkdir(path.dirname(file), {recursive: true});
		await fs.writeFile(
			file,
			'# mine\n[core] # the farm\nserver_port = 5 # five\n\n[scheduler.databases]\n# old ones\na = "/a.db"\n',
		);
		await runCommand(['db', 'create', 'b', path.join(home, 'b.db')]);
		await runCommand(['db', 'use', 'b']);
		t.is(
			await fs.readFile(file, 'utf8'),
			`# mine\n[core] # the farm\nserver_port = 5 # five\n\n[scheduler.databases]\n# old ones\na = "/a.db"\nb = "${home}/b.db"\n\n[scheduler.database]\npath = "b"\n`,
		);
	},
);

test.serial(
	'a name that is not known, or taken, is refused with what to do',
	async (t) => {
		const home = await commandHome(t);
		await runCommand(['db', 'create', 'main']);
		const unknown = await runCommand(['db', 'use', 'mai']);
		t.is(unknown.status, 2);
		t.regex(unknown.stderr, /did you mean "main"\?/v);
		const taken = await runCommand([
			'db',
			'create',
			'main',
			path.join(home, 'other.db'),
		]);
		t.is(taken.status, 1);
		await t.throwsAsync(fs.access(path.join(home, 'other.db')));
		t.is(await statusOf(['db', 'create', 'a/b']), 2);
		t.is(await statusOf(['db', 'info', '--db', 'nothing']), 2);
		t.is(await statusOf(['db', 'info']), 2, 'it is not there yet');
	},
);

test.serial('a variable that overrules the choice is told', async (t) => {
	await commandHome(t);
	await runCommand(['db', 'create', 'main']);
	process.env['LIFEBLOOD_SCHEDULER_DATABASE_PATH'] = '/other.db';
	const {stderr} = await runCommand(['db', 'use', 'main']);
	t.regex(stderr, /LIFEBLOOD_SCHEDULER_DATABASE_PATH is set, and wins/v);
});

test.serial(
	'a database is copied while it is served and written, and the copy is whole',
	async (t) => {
		const home = await commandHome(t);
		const file = path.join(home, 'farm.db');
		const database = await openDatabase(file);
		t.teardown(database.close);
		const insert = database.writer.prepare(
			'INSERT INTO nodes (name, type, created_at) VALUES (?, ?, 0)',
		);
		for (let index = 0; index < 20_000; index++) {
			insert.run(`node ${index} ${'x'.repeat(200)}`, 'command');
		}

		const copy = path.join(home, 'copies', 'copy.db');
		await fs.mkdir(path.dirname(copy));
		let written = 20_000;
		const writeMeanwhile = (): void => {
			insert.run(`node ${written}`, 'command');
			written++;
		};

		await backupDatabase(file, copy, writeMeanwhile);
		t.true(written > 20_000, 'something was written meanwhile');
		t.deepEqual(await fs.readdir(path.dirname(copy)), ['copy.db']);
		const reader = openToRead(copy);
		t.teardown(() => reader.close());
		t.deepEqual(checkDatabase(reader), []);
		const count = z
			.object({n: z.number()})
			.parse(reader.prepare('SELECT count(*) AS n FROM nodes').get());
		t.true(count.n >= 20_000 && count.n <= written);
	},
);

test.serial(
	'a backup never replaces a file, and leaves nothing behind where it fails',
	async (t) => {
		const home = await commandHome(t);
		const file = path.join(home, 'farm.db');
		const made = await openDatabase(file);
		made.close();
		await fs.writeFile(path.join(home, 'taken'), 'precious');
		const taken = await runCommand([
			'db',
			'backup',
			'--db',
			file,
			path.join(home, 'taken'),
		]);
		t.is(taken.status, 1);
		t.is(await fs.readFile(path.join(home, 'taken'), 'utf8'), 'precious');
		const nowhere = await runCommand([
			'db',
			'backup',
			'--db',
			file,
			path.join(home, 'not', 'there'),
		]);
		t.is(nowhere.status, 1);
		const left = await fs.readdir(home);
		t.false(left.some((name) => name.includes('.part-')));
	},
);

test.serial(
	'a sound database has no faults, a damaged one has them with status 1',
	async (t) => {
		const home = await commandHome(t);
		const file = path.join(home, 'farm.db');
		const made = await openDatabase(file);
		made.close();
		t.is(await statusOf(['db', 'check', '--db', file]), 0);
		const writer = new Database(file);
		writer.exec(
			"INSERT INTO nodes (id, name, type, created_at) VALUES (1, 'a', 'command', 0); INSERT INTO node_counts VALUES (1, 'done', 7)",
		);
		writer.close();
		const faulty = await runCommand(['db', 'check', '--db', file, '--json']);
		t.is(faulty.status, 1);
		t.like(JSON.parse(faulty.stdout), {
			database: file,
			faults: [{what: 'node_counts'}],
		});
		const text = await runCommand(['db', 'check', '--db', file]);
		t.regex(text.stdout, /^node_counts: Node 1 counts 7 tasks/v);
	},
);

test.serial('a file that is no database is told as such', async (t) => {
	const home = await commandHome(t);
	const file = path.join(home, 'farm.db');
	await fs.writeFile(file, 'not a database '.repeat(1000));
	for (const what of ['check', 'info']) {
		const {status, stderr} = await runCommand(['db', what, '--db', file]); // eslint-disable-line no-await-in-loop -- in order
		t.is(status, 1);
		t.regex(stderr, /not a sound database/v);
	}
});

test.serial('info counts what is there', async (t) => {
	const home = await commandHome(t);
	const file = path.join(home, 'farm.db');
	const database = await openDatabase(file);
	database.writer.exec(
		"INSERT INTO nodes (id, name, type, created_at) VALUES (1, 'a', 'command', 0)",
	);
	const {id} = database;
	database.close();
	const {stdout} = await runCommand(['db', 'info', '--db', file, '--json']);
	t.like(JSON.parse(stdout), {
		path: file,
		id,
		nodes: 1,
		tasks: {},
		served_by: null,
	});
	const text = await runCommand(['db', 'info', '--db', file]);
	t.regex(text.stdout, /nodes +1/v);
});

test.serial(
	'prune says what would be removed, removes it where nobody serves the database, and gives the space back',
	async (t) => {
		const home = await commandHome(t);
		const config = configOf(home);
		await fs.mkdir(path.dirname(config), {recursive: true});
		await fs.writeFile(
			config,
			'[scheduler.retention]\ngroups_days = 1\nlogs_days = 2\njournal_entries = 5\n',
		);
		const file = path.join(home, 'farm.db');
		const database = await openDatabase(file);
		const fill = (sql: string): void => {
			database.writer.exec(
				`WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 300) ${sql}`,
			);
		};

		fill(
			"INSERT INTO nodes (name, type, created_at) SELECT 'end', 'null', 0 FROM numbers WHERE n = 1",
		);
		fill(
			'INSERT INTO groups (name, counts, created_at, finished_at) SELECT \'group \' || n, \'{"dead":1,"total":1}\', 0, 1 FROM numbers',
		);
		fill(
			"INSERT INTO tasks (id, name, root_id, state, node_id, attributes, created_at, changed_at) SELECT n, 'task', n, 'dead', 1, json_object('a', printf('%20000s', 'x')), 1, 1 FROM numbers",
		);
		fill('INSERT INTO task_groups SELECT n, n FROM numbers');
		fill(
			"INSERT INTO journal (at, client, user, address, method, params) SELECT n, 'c', 'u', 'a', 'm', '{}' FROM numbers",
		);
		fill(
			"INSERT INTO node_counts (node_id, state, count) SELECT 1, 'dead', 300 FROM numbers WHERE n = 1",
		);
		const logs = path.join(home, 'farm.logs', '0');
		await fs.mkdir(logs, {recursive: true});
		await fs.writeFile(path.join(logs, '1.log'), 'old');
		await fs.utimes(path.join(logs, '1.log'), 1, 1);
		await fs.writeFile(path.join(logs, '2.log'), 'new');
		const busy = await runCommand(['db', 'prune', '--db', file]);
		t.is(busy.status, 1);
		t.regex(busy.stderr, /Another scheduler serves the database/v);
		const asked = await runCommand(['db', 'prune', '--dry-run', '--db', file]);
		t.is(asked.status, 0);
		t.regex(
			asked.stdout,
			/^Would be removed: 300 finished groups with 300 tasks and their logs, 295 lines of the journal, 1 log that is too old or too many \(3 B\)\./v,
		);
		const lying = await runCommand([
			'db',
			'prune',
			'--dry-run',
			'--db',
			file,
			'--json',
		]);
		t.like(JSON.parse(lying.stdout), {
			bytes_before:
				(await fs.stat(file)).size + (await fs.stat(`${file}-wal`)).size,
		});
		database.close();
		const {size: before} = await fs.stat(file);
		const pruned = await runCommand(['db', 'prune', '--db', file, '--json']);
		t.is(pruned.status, 0);
		t.like(JSON.parse(pruned.stdout), {
			dry_run: false,
			groups: 300,
			tasks: 300,
			logs: 1,
			log_bytes: 3,
		});
		const {size: after} = await fs.stat(file);
		t.true(after < before / 4, `${before} bytes became ${after}`);
		t.deepEqual(await fs.readdir(logs), ['2.log']);
		t.is(await statusOf(['db', 'check', '--db', file]), 0);
	},
);

test.serial(
	'an empty file and a database of some other program are told by name, not in the words of SQL',
	async (t) => {
		const home = await commandHome(t);
		const empty = path.join(home, 'empty.db');
		await fs.writeFile(empty, '');
		const other = path.join(home, 'other.db');
		const writer = new Database(other);
		// Other programs count their versions there, too.
		writer.exec('CREATE TABLE bookmarks (url TEXT); PRAGMA user_version = 2');
		writer.close();
		for (const what of [
			['check'],
			['info'],
			['prune', '--dry-run'],
			['backup', path.join(home, 'copy.db')],
		]) {
			/* eslint-disable no-await-in-loop -- in order */
			t.like(await runCommand(['db', ...what, '--db', empty]), {
				status: 2,
				stderr: `lifeblood: ${empty} is empty, and no database yet: a scheduler that serves it makes it one; or name another one with --db.\n`,
			});
			t.like(await runCommand(['db', ...what, '--db', other]), {
				status: 2,
				stderr: `lifeblood: ${other} is a database of some other program: name another one with --db.\n`,
			});
			/* eslint-enable no-await-in-loop */
		}

		await t.throwsAsync(openDatabase(other), {
			message: /a database of some other program/v,
		});
	},
);

test.serial(
	'a database that a newer lifeblood wrote is not called sound',
	async (t) => {
		const home = await commandHome(t);
		const file = path.join(home, 'farm.db');
		const made = await openDatabase(file);
		made.writer.pragma('user_version = 99');
		made.close();
		const checked = await runCommand(['db', 'check', '--db', file]);
		t.is(checked.status, 1);
		t.is(checked.stdout, '');
		t.regex(checked.stderr, /was written by a newer lifeblood/v);
		const {stdout} = await runCommand(['db', 'info', '--db', file]);
		t.regex(stdout, /schema +99: written by a newer lifeblood/v);
	},
);
