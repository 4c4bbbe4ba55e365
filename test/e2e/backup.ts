import fs from 'node:fs';
import path from 'node:path';
import test from 'ava';
import {createFarm} from '../helpers/farm-process.js';
import {until} from '../helpers/until.js';

test('a backup that is made while the farm works holds all that was acknowledged before it, and a scheduler goes on with it', async (t) => {
	const farm = createFarm(t);
	const database = path.join(farm.folder, 'farm.db');
	const scheduler = await farm.scheduler({database});
	await farm.worker();
	await farm.graph(
		{
			start: {type: 'null'},
			run: {type: 'command', parameters: {command: [{arg: 'true'}]}},
			end: {type: 'null'},
		},
		['start -> end', 'run -> end'],
	);
	const acknowledged: number[] = [];
	const over = new AbortController();
	const submit = async (lane: number): Promise<void> => {
		for (let index = 0; !over.signal.aborted; index++) {
			/* eslint-disable no-await-in-loop -- one after the other, as fast as they are taken */
			const {ids} = await farm.ask('task.submit_many', {
				tasks: Array.from({length: 20}, (_, number) => ({
					node: number === 0 ? 'run' : 'start',
					groups: [`lane ${lane}`],
					attributes: {text: 'x'.repeat(2000)},
				})),
				request_id: `lane ${lane} ${index}`,
			});
			acknowledged.push(...ids);
			/* eslint-enable no-await-in-loop */
		}
	};

	const lanes = Promise.all([submit(1), submit(2), submit(3)]);
	await until(() => (acknowledged.length > 4000 ? true : undefined), {
		what: 'some thousand tasks to be there',
		within: 60_000,
	});
	const before = [...acknowledged];
	const copy = path.join(farm.folder, 'copy.db');
	const {exitCode, stderr} = await farm.cli([
		'db',
		'backup',
		copy,
		'--db',
		database,
	]);
	t.deepEqual([exitCode, stderr], [0, '']);
	const meanwhile = acknowledged.length - before.length;
	t.true(meanwhile > 0, 'the farm worked meanwhile');
	over.abort();
	await lanes;
	t.is(await farm.status(['db', 'check', '--db', database]), 0);
	t.is(await farm.status(['db', 'check', '--db', copy]), 0);
	t.deepEqual(
		fs.readdirSync(farm.folder).filter((name) => name.startsWith('copy')),
		['copy.db'],
	);
	await scheduler.end('SIGKILL');
	await farm.scheduler({database: copy});
	await until(
		async () => {
			const {tasks} = await farm.ask('farm.info', {});
			const moving = Object.entries(tasks).filter(
				([state, count]) => count > 0 && state !== 'done',
			);
			return moving.length === 0 ? true : undefined;
		},
		{what: 'what was under way to be done again', within: 60_000},
	);
	const there = new Set<number>();
	let after = 0;
	for (;;) {
		// eslint-disable-next-line no-await-in-loop -- page by page
		const {tasks, more} = await farm.ask('task.list', {limit: 1000, after});
		for (const {id} of tasks) {
			there.add(id);
		}

		after = tasks.at(-1)?.id ?? 0;
		if (!more) {
			break;
		}
	}

	t.deepEqual(
		before.filter((id) => !there.has(id)),
		[],
	);
	t.true(there.size < acknowledged.length);
});
