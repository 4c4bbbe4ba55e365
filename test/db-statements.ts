import {mkdtemp, rm} from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import test from 'ava';
import {type Connection, openDatabase} from '../source/db/open.js';
import {prepareStatements} from '../source/db/statements.js';

/** Tables that hold few rows however old the farm is, or are read as a whole once at the start. */
const small = new Set([
	'nodes',
	'connections',
	'limits',
	'workers',
	'farm',
	'node_counts',
	'avoided',
	'sqlite_sequence',
	'node_memory',
	'notifications',
	'notification_rules',
	'followed_groups',
]);

test('no statement of a turn reads a table that grows from end to end', async (t) => {
	const folder = await mkdtemp(path.join(os.tmpdir(), 'lifeblood-plans-'));
	const database = await openDatabase(path.join(folder, 'farm.db'));
	t.teardown(async () => {
		database.close();
		await rm(folder, {recursive: true, force: true});
	});
	const scans: string[] = [];
	let looked = 0;
	for (const [name, source] of sources(
		prepareStatements(database.writer),
		'statements',
	)) {
		looked += 1;
		for (const detail of planOf(database.writer, source)) {
			const table = /^SCAN (?<table>\w+)$/v.exec(detail)?.groups?.['table'];
			if (table !== undefined && !small.has(table)) {
				scans.push(`${name}: ${detail}`);
			}
		}
	}

	t.true(looked > 80);
	t.deepEqual(scans, []);
});

const sources = function* (
	value: unknown,
	name: string,
): Generator<readonly [string, string]> {
	if (typeof value !== 'object' || value === null) {
		return;
	}

	if ('source' in value && typeof value.source === 'string') {
		yield [name, value.source];
		return;
	}

	for (const [key, entry] of Object.entries(value)) {
		yield* sources(entry, `${name}.${key}`);
	}
};

/** As SQLite plans it with its parameters unknown, which is how it is prepared. */
const planOf = (connection: Connection, source: string): string[] => {
	const names = [...new Set(source.match(/@\w+/gv))];
	const plan = connection.prepare<unknown[], {detail: string}>(
		`EXPLAIN QUERY PLAN ${source}`,
	);
	const rows =
		names.length > 0
			? plan.all(Object.fromEntries(names.map((name) => [name.slice(1), null])))
			: plan.all(
					...Array.from({length: source.split('?').length - 1}, () => null),
				);
	return rows.map(({detail}) => detail);
};
