import test from 'ava';
import {sparkRows} from '../source/ui/text/spark.js';
import {findings} from '../source/ui/screens/pulse/findings.js';
import {pulseColumns} from '../source/ui/screens/pulse/pulse-series.js';

const sparks = [' ', '▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

const row = (id: number, figures: Readonly<Record<string, number>>) => ({
	id,
	moved: 0,
	ended: 0,
	failed: 0,
	running: 0,
	queued: 0,
	errors: 0,
	cpus: 0,
	cpus_used: 0,
	workers: 0,
	...figures,
});

test('a chart fills its columns from below, and shows even the smallest value', (t) => {
	t.deepEqual(sparkRows([0, 1, 4, 8, 16], {height: 2, most: 16, sparks}), [
		'    █',
		' ▁▄██',
	]);
	t.deepEqual(sparkRows([0.001, 100], {height: 1, most: 100, sparks}), ['▁█']);
	t.deepEqual(sparkRows([0, 0], {height: 1, most: 0, sparks}), ['  ']);
});

test('a step that is missing has no rates, and the farm stood in it as before', (t) => {
	const columns = pulseColumns(
		[
			row(90, {queued: 3}),
			row(96, {ended: 20, queued: 7, failed: 2}),
			row(98, {}),
		],
		{stepMs: 10_000, now: 995_000, minutes: 1, width: 6},
	);
	t.deepEqual(
		columns.map(({queued}) => queued),
		[3, 3, 7, 7, 0, 0],
	);
	t.deepEqual(
		columns.map(({ended}) => ended),
		[0, 0, 2, 0, 0, 0],
	);
	t.deepEqual(
		columns.map(({failed}) => failed),
		[0, 0, 2, 0, 0, 0],
	);
});

test('several steps in one column: rates are means, standings the most', (t) => {
	const columns = pulseColumns(
		[row(97, {ended: 40, running: 2}), row(99, {ended: 20, running: 9})],
		{stepMs: 10_000, now: 995_000, minutes: 1, width: 2},
	);
	t.is(columns.length, 2);
	t.deepEqual(columns[1], {
		ended: 2,
		moved: 0,
		failed: 0,
		running: 9,
		queued: 0,
		errors: 0,
		cpus: 0,
		cpusUsed: 0,
	});
});

test('a scheduler whose clock is ahead has its newest step shown', (t) => {
	const columns = pulseColumns([row(120, {queued: 5})], {
		stepMs: 10_000,
		now: 0,
		minutes: 1,
		width: 6,
	});
	t.is(columns.at(-1)?.queued, 5);
});

test('what is wrong is told, the worst first, and that nothing is where nothing is', (t) => {
	const said = (
		tasks: Record<string, number>,
		workers: Record<string, number>,
	) => findings({tasks, workers}).map(({text}) => text);
	t.deepEqual(said({}, {idle: 2}), ['all is well']);
	t.deepEqual(said({in_progress: 4, ready: 9}, {busy: 2, idle: 1}), [
		'all is well: 2 of 3 workers busy',
	]);
	t.deepEqual(said({ready: 1, error: 3}, {off: 1}), [
		'3 tasks in error',
		'1 task ready, and no worker to take it',
	]);
	t.deepEqual(said({ready: 12}, {idle: 1, unreachable: 2}), [
		'2 workers not reached',
		'12 tasks ready that no worker takes: explain one',
	]);
	t.deepEqual(said({}, {}), ['no worker takes work']);
});
