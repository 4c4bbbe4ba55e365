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
