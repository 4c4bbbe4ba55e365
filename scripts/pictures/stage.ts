import {createHash} from 'node:crypto';
import fs from 'node:fs/promises';
import path from 'node:path';
import process from 'node:process';
import {setTimeout as delay} from 'node:timers/promises';
import {createBenchFolder} from '../../bench/farm/bench-folder.js';
import {startFarm, type Farm} from '../../bench/farm/start-farm.js';
import type {JsonObject} from '../../source/core/json.js';
import {jobProgram, programs} from './job-program.js';
import {stageGraph} from './stage-graph.js';

/** A farm in the middle of its day, for pictures of it. */
export type Stage = AsyncDisposable & {
	readonly farm: Farm;
	/** For a viewer of it. */
	readonly environment: Readonly<Record<string, string>>;
};

/** Starts it, and resolves when there is something of everything to see: what is done, runs, waits and failed. */
export const startStage = async (
	say: (text: string) => void,
): Promise<Stage> => {
	const folder = await createBenchFolder();
	const bin = path.join(folder.path, 'bin');
	await fs.mkdir(bin);
	for (const program of programs) {
		// eslint-disable-next-line no-await-in-loop -- a few small files
		await fs.writeFile(path.join(bin, program), jobProgram, {mode: 0o755});
	}

	const farm = await startFarm({folder, name: 'studio'});
	const close = async (): Promise<void> => {
		await farm[Symbol.asyncDispose]();
		await folder[Symbol.asyncDispose]();
	};

	try {
		const {faults} = await farm.client.request('graph.apply', {
			document: stageGraph,
		});
		if (faults.length > 0) {
			throw new Error(`The graph has faults: ${JSON.stringify(faults)}`);
		}

		say('starting workers');
		for (const {name, groups, gpus} of workers) {
			// eslint-disable-next-line no-await-in-loop -- one after the other, to be kind to the machine
			await farm.startWorker({
				name,
				cpus: 16,
				memory: '64G',
				gpus,
				groups,
				environment: {
					PATH: `${bin}${path.delimiter}${process.env['PATH'] ?? ''}`,
					...asMachine(name),
				},
			});
		}

		await submitAll(farm);
		await farm.client.request('worker.act', {
			action: 'drain',
			workers: ['node06'],
		});
		say('waiting until there is something to see');
		await untilLively(farm);
		return {
			farm,
			environment: {
				...Object.fromEntries(
					Object.entries(folder.environment).filter(
						(entry): entry is [string, string] => entry[1] !== undefined,
					),
				),
				...asMachine('desk'),
			},
			[Symbol.asyncDispose]: close,
		};
	} catch (error) {
		await close();
		throw error;
	}
};

const workers = [
	{name: 'node01', groups: ['render'], gpus: 2},
	{name: 'node02', groups: ['render'], gpus: 2},
	{name: 'node03', groups: ['render'], gpus: 0},
	{name: 'node04', groups: ['render', 'comp'], gpus: 0},
	{name: 'node05', groups: ['comp'], gpus: 0},
	{name: 'node06', groups: ['render'], gpus: 0},
] as const;

/** All of them run on this machine, and each is to be on one of its own, with a name that is nobody's: what Node says of the machine is changed for them. */
const asMachine = (name: string): Readonly<Record<string, string>> => ({
	NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(
		[
			"import fs from 'node:fs';",
			"import os from 'node:os';",
			`os.hostname = () => '${name}';`,
			'const {readFileSync} = fs;',
			`fs.readFileSync = (file, ...more) => file === '/etc/machine-id' ? '${createHash('md5').update(name).digest('hex')}' : readFileSync(file, ...more);`,
		].join('\n'),
	)}`,
});

type Shot = {
	readonly group: string;
	readonly shot: string;
	readonly user: string;
	readonly priority: number;
	readonly frames: readonly [number, number];
};

/** In the order in which they were submitted. */
const shots: readonly Shot[] = [
	{
		group: 'seq010_lighting',
		shot: 'sh0100',
		user: 'ada',
		priority: 80,
		frames: [1001, 1016],
	},
	{
		group: 'seq010_lighting',
		shot: 'sh0110',
		user: 'ada',
		priority: 80,
		frames: [1001, 1012],
	},
	{
		group: 'seq020_smoke',
		shot: 'sh0200',
		user: 'lin',
		priority: 60,
		frames: [1001, 1040],
	},
	{
		group: 'turntable_robot',
		shot: 'robot',
		user: 'tom',
		priority: 60,
		frames: [1, 24],
	},
	{
		group: 'seq030_comp',
		shot: 'sh0300',
		user: 'grace',
		priority: 50,
		frames: [1001, 1060],
	},
	{
		group: 'seq030_comp',
		shot: 'sh0310',
		user: 'grace',
		priority: 50,
		frames: [1001, 1048],
	},
	{
		group: 'seq040_ocean',
		shot: 'sh0400',
		user: 'lin',
		priority: 50,
		frames: [1001, 1420],
	},
	{
		group: 'retake_0210',
		shot: 'sh0210',
		user: 'ada',
		priority: 40,
		frames: [1001, 1024],
	},
	{
		group: 'wedge_foam',
		shot: 'foam',
		user: 'tom',
		priority: 30,
		frames: [1, 64],
	},
];

const submitAll = async (farm: Farm): Promise<void> => {
	for (const {group, shot, user, priority, frames} of shots) {
		/* eslint-disable no-await-in-loop -- in this order, and never many connections at once */
		const client = await farm.connect({user});
		const [first, last] = frames;
		const attributes: JsonObject = {
			shot,
			scene: `/proj/aurora/${shot}/scene.usd`,
			camera: 'main',
			resolution: [2048, 858],
			frames: Array.from({length: last - first + 1}, (_, at) => first + at),
		};
		await client.request('task.submit', {
			node: 'split-frames',
			name: shot,
			groups: [group],
			attributes,
		});
		await client.request('group.set_priority', {names: [group], priority});
		client.close();
		/* eslint-enable no-await-in-loop */
	}

	await farm.client.request('group.act', {
		action: 'pause',
		names: ['retake_0210'],
	});
};

/** Else the charts had nothing to show. */
const leastMs = 150_000;
const longestMs = 20 * 60_000;

const untilLively = async (farm: Farm): Promise<void> => {
	const from = performance.now();
	for (;;) {
		/* eslint-disable no-await-in-loop -- one look after the other */
		const {groups} = await farm.client.request('group.list', {});
		const {tasks} = await farm.client.request('farm.info', {});
		const {
			total = 0,
			dead = 0,
			done = 0,
		} = groups.find(({name}) => name === 'seq010_lighting')?.counts ?? {};
		const passed = performance.now() - from;
		if (
			passed >= leastMs &&
			total > 0 &&
			dead + done === total &&
			(tasks['error'] ?? 0) >= 5 &&
			(tasks['in_progress'] ?? 0) >= 8
		) {
			return;
		}

		if (passed > longestMs) {
			throw new Error(
				`The farm did not become lively: ${JSON.stringify(tasks)}`,
			);
		}

		await delay(1000);
		/* eslint-enable no-await-in-loop */
	}
};
