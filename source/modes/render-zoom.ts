import {mkdir} from 'node:fs/promises';
import path from 'node:path';
import process from 'node:process';
import {fileURLToPath} from 'node:url';
import {systemClock} from '../core/clock.js';
import {FarmError} from '../core/errors.js';
import type {TaskId} from '../core/ids.js';
import {isRunning} from '../core/task-state.js';
import {taskLineShape, type TaskLineShape} from '../net/messages/shapes.js';
import type {Client} from './client.js';
import type {ExitStatus} from './context.js';
import {demoGraph} from './demo-graph.js';
import {counted} from './human.js';
import type {Output} from './output.js';
import type {ProgressLine} from './progress-line.js';
import {waitStatus} from './wait-result.js';

const frames = Array.from({length: 64}, (_, frame) => frame);
const size = {width: 320, height: 180};

/** Brings the demo's graph to the farm, sends one task through it, shows how far it is and tells what came of it. */
export const renderZoom = async ({
	client,
	output,
	folder,
	isJson,
	progress,
}: {
	readonly client: Client;
	readonly output: Output;
	readonly folder: string;
	readonly isJson: boolean;
	readonly progress: ProgressLine;
}): Promise<ExitStatus> => {
	const {faults} = await client.change('graph.apply', {document: demoGraph});
	if (faults.length > 0) {
		throw new FarmError(
			'CONFLICT',
			`The graph of the demo does not fit this farm's: ${faults.map(({message}) => message).join('; ')}`,
		);
	}

	await mkdir(folder, {recursive: true});
	const sheet = path.join(folder, 'contact-sheet.png');
	const group = `demo ${new Date(systemClock.now()).toISOString()}`;
	const startedAt = systemClock.monotonic();
	const {id} = await client.change('task.submit', {
		node: 'demo-frames',
		name: 'zoom',
		groups: [group],
		attributes: {
			frames,
			frame_count: frames.length,
			...size,
			folder,
			sheet,
			interpreter: process.execPath,
			renderer: demoProgram('render-frame'),
			sheet_maker: demoProgram('contact-sheet'),
		},
	});
	const seconds = (): number => (systemClock.monotonic() - startedAt) / 1000;
	const tasks = new Map<TaskId, TaskLineShape>();
	const show = (): void => {
		const rows = tasks.values().toArray();
		const done = rows.filter((row) => isRendered(row)).length;
		const running = rows.filter(({state}) => isRunning(state)).length;
		progress.show({
			done,
			total: frames.length,
			text: `${done}/${frames.length} frames, ${running} running, ${seconds().toFixed(1)} s`,
		});
	};

	const watch = await client.watch(
		{
			what: 'tasks',
			filter: {group, dead: true},
			window: {offset: 0, limit: frames.length * 2},
		},
		({rows}) => {
			for (const row of rows) {
				const {data} = taskLineShape.safeParse(row);
				if (data !== undefined) {
					tasks.set(data.id, data);
				}
			}

			show();
		},
	);
	try {
		const result = await client.call('task.wait', {ids: [id]});
		const took = seconds();
		const all = await client.call('task.list', {filter: {group, dead: true}});
		for (const task of all.tasks) {
			tasks.set(task.id, task);
		}

		show();
		progress.end();
		const failed = all.tasks.find(({state}) => state === 'error');
		if (failed) {
			output.message(
				`lifeblood: task ${failed.id} in ${failed.node}: ${failed.state_details?.message ?? 'it does not say why'}`,
			);
		}

		const status = waitStatus(result, output);
		if (status === 0) {
			tellSummary({
				output,
				isJson,
				seconds: took,
				tasks: all.tasks.length,
				folder,
				sheet,
			});
		}

		return status;
	} finally {
		progress.end();
		await watch.stop();
	}
};

/** An element of the split that has left the node where it is rendered. */
const isRendered = ({split, node}: TaskLineShape): boolean =>
	split !== null && node === 'demo-gather';

const tellSummary = ({
	output,
	isJson,
	seconds,
	tasks,
	folder,
	sheet,
}: {
	readonly output: Output;
	readonly isJson: boolean;
	readonly seconds: number;
	readonly tasks: number;
	readonly folder: string;
	readonly sheet: string;
}): void => {
	const rate = tasks / seconds;
	if (isJson) {
		output.printJson({
			frames: frames.length,
			seconds,
			tasks,
			tasks_per_second: rate,
			pictures: folder,
			contact_sheet: sheet,
		});
		return;
	}

	output.print(
		[
			`${counted(frames.length, 'frame')} of ${size.width}×${size.height} in ${seconds.toFixed(1)} s: ${counted(tasks, 'task')}, ${rate.toFixed(1)} a second`,
			`pictures       ${folder}`,
			`contact sheet  ${sheet}`,
		].join('\n'),
	);
};

/** Built, this file's code and the programs lie in one folder; from source, this is source/modes/. */
const demoProgram = (name: 'render-frame' | 'contact-sheet'): string =>
	fileURLToPath(
		new URL(
			import.meta.url.endsWith('.ts')
				? `../../dist/demo/${name}.js`
				: `demo/${name}.js`,
			import.meta.url,
		),
	);
