import fs from 'node:fs/promises';
import path from 'node:path';
import process from 'node:process';
import {z} from 'zod';
import {helperProgram} from './farm/paths.js';
import {startFarm} from './farm/start-farm.js';
import {applyGraph, submitMany, waitForGroup} from './farm/work.js';
import type {Benchmark} from './measure/benchmark.js';
import {expectEqual} from './measure/expect.js';
import {median} from './measure/statistics.js';

const bare = 'node -e 0';

const calls = [
	'attr get',
	'attr set',
	'attr delete',
	'spawn',
	'progress',
	'send',
	'receive',
] as const;

const names = [bare, ...calls] as const;

const figuresShape = z.record(z.enum(names), z.array(z.number()).min(1));

/** How long `lifeblood job …` takes within a job that makes each call time and again, from its start to its end. */
export const benchmark: Benchmark = async ({runs, quick, profile, say}) => {
	const times = quick ? 5 : 50;
	const measured: Array<z.output<typeof figuresShape>> = [];
	for (let run = 1; run <= runs; run += 1) {
		/* eslint-disable no-await-in-loop -- one measurement at a time */
		await using farm = await startFarm({profile});
		const file = path.join(farm.folder.path, 'figures.json');
		const command = [
			process.execPath,
			helperProgram('job-calls.ts'),
			file,
			String(times),
		];
		await applyGraph(farm.client, {
			nodes: {
				calls: {
					type: 'command',
					parameters: {command: command.map((arg) => ({arg}))},
				},
			},
		});
		await farm.startWorker({name: 'worker'});
		await submitMany(farm.client, {node: 'calls', group: 'calls', count: 1});
		await waitForGroup(farm.client, 'calls');
		const figures = figuresShape.parse(
			JSON.parse(await fs.readFile(file, 'utf8')),
		);
		measured.push(figures);
		await farm.finish((connection) => {
			expectEqual(
				'the spawned children',
				connection
					.prepare(
						'SELECT count(*) AS n FROM tasks WHERE parent_id IS NOT NULL',
					)
					.get(),
				{n: times},
			);
		});
		say(
			`job, run ${run}: ${names
				.map((name) => `${name} ${median(figures[name]).toFixed(1)} ms`)
				.join(', ')}`,
		);
		/* eslint-enable no-await-in-loop */
	}

	const of = (name: keyof z.output<typeof figuresShape>): number[] =>
		measured.map((figures) => median(figures[name]));
	return calls.map((name) => ({
		name: `job ${name}`,
		unit: 'ms',
		runs: of(name),
		raw: {name: bare, unit: 'ms', runs: of(bare)},
		target: {of: 'figure', atMost: 100},
	}));
};
