import fs from 'node:fs/promises';
import path from 'node:path';
import {setTimeout as delay} from 'node:timers/promises';
import {createBenchFolder} from './farm/bench-folder.js';
import {changeTasks, type Changes} from './farm/change-tasks.js';
import {fillDatabase} from './farm/fill-database.js';
import {sendTasks} from './farm/send-tasks.js';
import {startFarm, type Client, type Farm} from './farm/start-farm.js';
import {
	openViewerTerminal,
	type ViewerTerminal,
} from './farm/viewer-terminal.js';
import type {Benchmark} from './measure/benchmark.js';
import type {Measure} from './measure/report.js';
import {expectEqual} from './measure/expect.js';
import {processUsage} from './measure/process-usage.js';
import {treeMemory} from './measure/tree-memory.js';
import {quantile} from './measure/statistics.js';
import {stopwatch} from './measure/stopwatch.js';

const changing = 1000;
const usual = {columns: 120, rows: 40};
const large = {columns: 200, rows: 60};
/** Views besides the tasks, by their keys. */
const others = {1: 'groups', 2: 'graph', 6: 'pulse'} as const;

/** The viewer in front of a large farm: while a thousand of its tasks change each second, all of them among the first that the viewer lists, and when nothing does. */
export const benchmark: Benchmark = async ({runs, quick, profile, say}) => {
	const size = quick
		? {dead: 8000, blocked: 1000}
		: {dead: 800_000, blocked: 100_000};
	const lengths = quick
		? {keys: 50, watched: 5, watchedElse: 2, rest: 2}
		: {keys: 500, watched: 30, watchedElse: 10, rest: 10};
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
		const inLarge = await inLargeTerminal({farm, changes, profile, lengths});
		const opened = stopwatch();
		await using viewer = openViewerTerminal(farm, {...usual, profile});
		const inUsual = await look(viewer, {opened, changes, lengths});
		const memory = followMemory(viewer.pid());
		const elsewhere = await lookElsewhere(viewer, {farm, changes, lengths});
		const memoryOfAll = memory.stop();
		await changes.stop();
		viewer.press('3');
		// The last changes are drawn by then, and what is put off until there is time is over.
		await delay(1000 * lengths.rest);
		const idle = await watch({viewer, seconds: lengths.watched, changes});
		expectEqual('the number of changes on the idle farm', idle.changes, 0);
		measured.push({
			...inUsual,
			memoryOfAll,
			large: inLarge,
			elsewhere,
			idleCpu: idle.cpu,
			idleSent: idle.sent,
		});
		say(`viewer, run ${run}: ${JSON.stringify(measured.at(-1))}`);
		/* eslint-enable no-await-in-loop */
	}

	const of = (figure: (figures: Figures) => number): number[] =>
		measured.map((figures) => figure(figures));
	const atMost = (bound: number) => ({of: 'figure', atMost: bound}) as const;
	const seen = (
		place: string,
		figures: (figures: Figures) => Seen,
	): readonly Measure[] => [
		{
			name: `${place}until the first screen`,
			unit: 's',
			runs: of((all) => figures(all).first),
			target: atMost(0.5),
		},
		{
			name: `${place}a key's answer, 99th percentile`,
			unit: 'ms',
			runs: of((all) => figures(all).answer),
			target: atMost(50),
		},
		{
			name: `${place}a key's answer, median`,
			unit: 'ms',
			runs: of((all) => figures(all).usualAnswer),
		},
		{
			name: `${place}CPU while tasks change`,
			unit: '% of a core',
			runs: of((all) => figures(all).cpu),
			target: atMost(15),
		},
		{
			name: `${place}largest memory`,
			unit: 'MiB',
			runs: of((all) => figures(all).memory),
			target: atMost(150),
		},
		{
			name: `${place}sent while tasks change`,
			unit: 'kB/s',
			runs: of((all) => figures(all).sent),
			target: atMost(20),
		},
	];
	return [
		...seen('', (figures) => figures),
		...seen(`${large.columns}×${large.rows}: `, (figures) => figures.large),
		...Object.values(others).map((name): Measure => ({
			name: `CPU on the view of the ${name}`,
			unit: '% of a core',
			runs: of(({elsewhere}) => elsewhere[name]),
			target: atMost(15),
		})),
		{
			name: 'largest memory, with these views and the process that lays out graphs',
			unit: 'MiB',
			runs: of(({memoryOfAll}) => memoryOfAll),
			target: atMost(150),
		},
		{
			name: 'changes meanwhile',
			unit: 'tasks/s',
			runs: of(({changes}) => changes),
			target: {of: 'figure', atLeast: 0.95 * changing},
		},
		{
			name: 'CPU on an idle farm',
			unit: '% of a core',
			runs: of(({idleCpu}) => idleCpu),
			// What is counted in hundredths of a second is nothing below it.
			target: atMost(0.1),
		},
		{
			name: 'sent on an idle farm',
			unit: 'bytes/s',
			runs: of(({idleSent}) => idleSent),
			target: atMost(0),
		},
	];
};

type Lengths = {
	readonly keys: number;
	/** Seconds, of the list of tasks and of each other view. */
	readonly watched: number;
	readonly watchedElse: number;
	readonly rest: number;
};

/** In one terminal. */
type Seen = {
	readonly first: number;
	readonly answer: number;
	readonly usualAnswer: number;
	readonly cpu: number;
	readonly memory: number;
	readonly sent: number;
	readonly changes: number;
};

type Figures = Seen & {
	readonly large: Seen;
	readonly elsewhere: Readonly<Record<OtherView, number>>;
	readonly memoryOfAll: number;
	readonly idleCpu: number;
	readonly idleSent: number;
};

type OtherView = (typeof others)[keyof typeof others];

const inLargeTerminal = async ({
	farm,
	changes,
	profile,
	lengths,
}: {
	readonly farm: Farm;
	readonly changes: Changes;
	readonly profile: string | undefined;
	readonly lengths: Lengths;
}): Promise<Seen> => {
	const opened = stopwatch();
	await using viewer = openViewerTerminal(farm, {...large, profile});
	return await look(viewer, {opened, changes, lengths});
};

/** From its start, at the list of tasks. */
const look = async (
	viewer: ViewerTerminal,
	{
		opened,
		changes,
		lengths: {keys, watched},
	}: {
		/** Seconds since its process was started. */
		readonly opened: () => number;
		readonly changes: Changes;
		readonly lengths: Lengths;
	},
): Promise<Seen> => {
	// The first group, which the newest tasks are in, and the header's counts.
	await viewer.untilSent(/◎ [\d,].*divided \d+/sv);
	const first = opened();
	viewer.forget();
	viewer.press('3');
	await viewer.untilSent(/\d\/[\d,].*element \d+/sv);
	const answers = await answersOf(viewer, keys);
	const during = await watch({viewer, seconds: watched, changes});
	return {
		first,
		answer: 1000 * quantile(answers, 0.99),
		usualAnswer: 1000 * quantile(answers, 0.5),
		cpu: during.cpu,
		memory: peakMemory(viewer),
		sent: during.sent / 1000,
		changes: during.changes,
	};
};

/** What each of the other views takes while as many tasks as change travel through the graph besides. */
const lookElsewhere = async (
	viewer: ViewerTerminal,
	{
		farm: {client},
		changes,
		lengths: {watchedElse},
	}: {
		readonly farm: Farm;
		readonly changes: Changes;
		readonly lengths: Lengths;
	},
): Promise<Figures['elsewhere']> => {
	const travellers = sendTasks(client, {
		node: 'enter',
		group: 'travellers',
		perSecond: changing,
	});
	const taken = {groups: 0, graph: 0, pulse: 0};
	for (const [key, name] of Object.entries(others)) {
		/* eslint-disable no-await-in-loop -- one view after the other */
		viewer.forget();
		viewer.press(key);
		await viewer.untilSent(new RegExp(`${key} ${name}`, 'v'));
		// What is laid out once and read for the first time is not what is measured.
		await delay(2000);
		const {cpu} = await watch({viewer, seconds: watchedElse, changes});
		taken[name] = cpu;
		/* eslint-enable no-await-in-loop */
	}

	await travellers.stop();
	return taken;
};

/** The most that the viewer and what it starts have at one moment, MiB. */
const followMemory = (pid: number): {readonly stop: () => number} => {
	let most = 0;
	const sample = (): void => {
		most = Math.max(most, treeMemory(pid) / 2 ** 20);
	};

	sample();
	const timer = setInterval(sample, 20);
	return {
		stop() {
			clearInterval(timer);
			sample();
			return most;
		},
	};
};

const peakMemory = (viewer: ViewerTerminal): number =>
	processUsage(viewer.pid()).peakMemoryBytes / 2 ** 20;

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
	readonly changes: Changes;
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
