import fs from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import test from 'ava';
import {z} from 'zod';
import {createFarm, isRunning} from '../helpers/farm-process.js';
import {openTerminal} from '../helpers/terminal.js';
import {until} from '../helpers/until.js';

test('up has the viewer in front, and stops the farm where that is wanted', async (t) => {
	const farm = createFarm(t);
	const terminal = await openTerminal(t, {
		farm,
		words: ['up', '--db', path.join(farm.folder, 'up.db')],
	});
	await terminal.shows(/live[\s\S]*1 worker/v, 30_000);
	await terminal.press('q');
	await terminal.shows('stop the farm');
	await terminal.press('Escape');
	await terminal.shows('There are no groups');
	await terminal.press('q');
	await terminal.shows('stop the farm');
	await terminal.press('Enter');
	t.is(await terminal.ended(), 0);
	t.deepEqual(farm.marked(), []);
});

test('up leaves the farm running where that is wanted, and says how to find and stop it', async (t) => {
	const farm = createFarm(t);
	const terminal = await openTerminal(t, {
		farm,
		words: ['up', '--db', path.join(farm.folder, 'up.db')],
	});
	await terminal.shows(/live[\s\S]*1 worker/v, 30_000);
	await terminal.press('q');
	await terminal.shows('let the farm run');
	await terminal.type('let');
	await terminal.press('Enter');
	t.is(await terminal.ended(), 0);
	const told = await terminal.shows('Stop it: kill');
	const pids = /Stop it: kill (?<pids>[\d ]+)/v
		.exec(told)
		?.groups?.['pids']?.trim()
		.split(' ')
		.map(Number);
	t.is(pids?.length, 2);
	t.true(pids?.every((pid) => isRunning(pid)));
	for (const pid of pids ?? []) {
		process.kill(pid, 'SIGTERM');
	}

	await until(() => (pids?.some((pid) => isRunning(pid)) ? undefined : true), {
		what: 'scheduler and worker to end',
		within: 20_000,
	});
});

test('up tells of a scheduler that was killed what happened and where its log is, and nothing else', async (t) => {
	const farm = createFarm(t);
	const file = path.join(farm.folder, 'up.db');
	const up = farm.start(['up', '--db', file]);
	await until(() => (up.said().includes('workers: 1') ? true : undefined), {
		what: 'the worker to be there',
		within: 30_000,
	});
	const {served_by: pid} = z
		.object({served_by: z.number()})
		.parse(await farm.json(['db', 'info', '--db', file]));
	process.kill(pid, 'SIGKILL');
	const {code} = await up.ended;
	t.is(code, 1);
	t.regex(
		up.said(),
		/^lifeblood: The scheduler was killed \(SIGKILL\); `[^`]*lifeblood up` starts it again; its log is \S+scheduler\.out$/mv,
	);
});

test('up tells why a scheduler does not start in its own words', async (t) => {
	const farm = createFarm(t);
	const file = path.join(farm.folder, 'text.db');
	fs.writeFileSync(file, 'This is a text and no database. '.repeat(500));
	const {exitCode, stderr} = await farm.cli(['up', '--db', file]);
	t.is(exitCode, 1);
	t.regex(
		stderr,
		/^lifeblood: The scheduler ended: \S+text\.db is not a sound database/mv,
	);
});
