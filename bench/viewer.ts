import fs from 'node:fs/promises';
import path from 'node:path';
import {setTimeout as delay} from 'node:timers/promises';
import {createBenchFolder} from './farm/bench-folder.js';
import {changeTasks} from './farm/change-tasks.js';
import {fillDatabase} from './farm/fill-database.js';
import {startFarm, type Client} from './farm/start-farm.js';
import {
	openViewerTerminal,
	type ViewerTerminal,
} from './farm/viewer-terminal.js';
import type {Benchmark} from './measure/benchmark.js';
import {expectEqual} from './measure/expect.js';
import {processUsage} from './measure/process-usage.js';
import {quantile} from './measure/statistics.js';
import {stopwatch} from './measure/stopwatch.js';

const changing = 1000;

/** The viewer in front of a large farm: while a thousand of its tasks change each second, all of them among the first that the viewer lists, and when nothing does. */
export const benchmark: Benchmark = async ({runs, quick, profile, say}) => {
	const size = quick
		? {dead: 8000, blocked: 1000}
		: {dead: 800_000, blocked: 100_000};
	const keys = quick ? 50 : 500;
	const watched = quick ? 5 : 30;
	await using folder = await createBenchFolder();
	const template = path.join(folder.path, 'template.db');
	say(`viewer: filling a database with ${size.dead + 2 * size.blocked} tasks`);
	await fillDatabase(template, folder, size);
	const measured: Figures[] = [];
	for (let run = 1; run <= runs; run += 1) {
		/* eslint-disable no-await-in-loop -- one measurement at a time */
		const database = path.join(folder.path, 'farm.db');
		await fs.rm(database, {force: true});
		await fs.copyFile(template, database);
		await using farm = await startFarm({database, folder, profile});
		const ready = await newestReady(farm.client, size.dead + 2 * size.blocked);
		expectEqual('the number of ready tasks', ready.length, changing);
		const changes = changeTasks(farm.client, ready);
		const opened = stopwatch();
		await using viewer = openViewerTerminal(farm);
		// The first group, which the newest tasks are in, and the header's counts.
		await viewer.untilSent(/◎ [\d,].*divided \d+/sv);
		const first = opened();
		viewer.forget();
		viewer.press('3');
		await viewer.untilSent(/\d\/[\d,].*element \d+/sv);
		const answers = await answersOf(viewer, keys);
		const during = await watch({viewer, seconds: watched, changes});
		const memory = processUsage(viewer.pid()).peakMemoryBytes / 2 ** 20;
		await changes.stop();
		// The last changes are drawn by then, and what is put off until there is time is over.
		await delay(quick ? 2000 : 10_000);
		const idle = await watch({viewer, seconds: watched, changes});
		expectEqual('the number of changes on the idle farm', idle.changes, 0);
		measured.push({
			first,
			answer: 1000 * quantile(answers, 0.99),
			usualAnswer: 1000 * quantile(answers, 0.5),
			cpu: during.cpu,
			memory,
			sent: during.sent / 1000,
			changes: during.changes,
			idleCpu: idle.cpu,
			idleSent: idle.sent,
		});
		say(
			`viewer, run ${run}: ${Object.entries(measured.at(-1) ?? {})
				.map(([name, value]) => `${name} ${value.toFixed(2)}`)
				.join(', ')}`,
		);
		/* eslint-enable no-await-in-loop */
	}

	const of = (figure: keyof Figures): number[] =>
		measured.map((figures) => figures[figure]);
	const atMost = (bound: number) => ({of: 'figure', atMost: bound}) as const;
	return [
		{
			name: 'until the first screen',
			unit: 's',
			runs: of('first'),
			target: atMost(0.5),
		},
		{
			name: "a key's answer, 99th percentile",
			unit: 'ms',
			runs: of('answer'),
			target: atMost(50),
		},
		{name: "a key's answer, median", unit: 'ms', runs: of('usualAnswer')},
		{
			name: 'CPU while tasks change',
			unit: '% of a core',
			runs: of('cpu'),
			target: atMost(15),
		},
		{
			name: 'largest memory',
			unit: 'MiB',
			runs: of('memory'),
			target: atMost(150),
		},
		{
			name: 'sent while tasks change',
			unit: 'kB/s',
			runs: of('sent'),
			target: atMost(20),
		},
		{
			name: 'changes meanwhile',
			unit: 'tasks/s',
			runs: of('changes'),
			target: {of: 'figure', atLeast: 0.95 * changing},
		},
		{
			name: 'CPU on an idle farm',
			unit: '% of a core',
			runs: of('idleCpu'),
			// What is counted in hundredths of a second is nothing below it.
			target: atMost(0.1),
		},
		{
			name: 'sent on an idle farm',
			unit: 'bytes/s',
			runs: of('idleSent'),
			target: atMost(0),
		},
	];
};

type Figures = {
	readonly first: number;
	readonly answer: number;
	readonly usualAnswer: number;
	readonly cpu: number;
	readonly memory: number;
	readonly sent: number;
	readonly changes: number;
	readonly idleCpu: number;
	readonly idleSent: number;
};

/** Those that a list of all tasks begins with, where a viewer sees them change. Every other task of the newest is ready. */
const newestReady = async (client: Client, atLeast: number) => {
	const {tasks} = await client.request('task.list', {
		filter: {states: ['ready'], dead: false, archived: false},
		limit: 10_000,
		after: atLeast - 2 * changing,
	});
	return tasks.map(({id}) => id).slice(-changing);
};

/** Seconds from each key to when what it does has been sent: mostly the cursor on the next row, now and then another view and back. */
const answersOf = async (
	viewer: ViewerTerminal,
	count: number,
): Promise<number[]> => {
	const answers: number[] = [];
	let row = 1;
	const press = async (key: string, wanted: RegExp): Promise<void> => {
		viewer.forget();
		const seconds = stopwatch();
		viewer.press(key);
		await viewer.untilSent(wanted);
		answers.push(seconds());
		// Not in step with anything.
		await delay(30 + ((answers.length * 37) % 90));
	};

	while (answers.length < count) {
		/* eslint-disable no-await-in-loop -- one key after the other */
		row += 1;
		// Of a line, only what comes behind the first change is sent.
		await press('j', new RegExp(String.raw`${row % 10}/[\d,]{3}`, 'v'));
		if (row % 10 !== 0) {
			continue;
		}

		await press('4', /4 workers/v);
		await press('3', /3 tasks/v);
		/* eslint-enable no-await-in-loop */
	}

	return answers;
};

/** What it takes and sends while nobody presses anything, each in a second. */
const watch = async ({
	viewer,
	seconds,
	changes,
}: {
	readonly viewer: ViewerTerminal;
	readonly seconds: number;
	readonly changes: {readonly count: () => number};
}): Promise<{
	/** Percent of a core. */
	readonly cpu: number;
	readonly sent: number;
	readonly changes: number;
}> => {
	const pid = viewer.pid();
	const before = {
		cpu: processUsage(pid).cpuSeconds,
		sent: viewer.bytes(),
		changes: changes.count(),
	};
	const took = stopwatch();
	await delay(seconds * 1000);
	const passed = took();
	return {
		cpu: (100 * (processUsage(pid).cpuSeconds - before.cpu)) / passed,
		sent: (viewer.bytes() - before.sent) / passed,
		changes: (changes.count() - before.changes) / passed,
	};
};
