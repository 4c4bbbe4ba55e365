import {bytesText} from '../../text/amount-text.js';
import {barSpans} from '../../text/bar.js';
import {fit, type Line} from '../../text/span.js';
import {localTime, runTime} from '../../text/time-text.js';
import type {TaskRow} from '../tasks/task-columns.js';
import {wrapText} from '../../text/wrap-text.js';
import type {Glyphs} from '../../theme/glyphs.js';
import {
	usedBar,
	workerGlyph,
	workerRoles,
	type WorkerRow,
} from './worker-columns.js';

export const workerDetail = (
	worker: WorkerRow | undefined,
	{
		running,
		width,
		glyphs,
		now,
	}: {
		readonly running: readonly TaskRow[];
		readonly width: number;
		readonly glyphs: Glyphs;
		readonly now: number;
	},
): readonly Line[] => {
	if (worker === undefined) {
		return [];
	}

	const row = (label: string, value: string): Line => [
		{text: label.padEnd(11), role: 'dim'},
		{text: value},
	];
	const {resources, state} = worker;
	const usage = (
		label: string,
		amount: WorkerRow['resources']['cpus'],
		text: (value: number) => string,
	): readonly Line[] =>
		amount.total === 0
			? []
			: [
					[
						{text: label.padEnd(11), role: 'dim'},
						...usedBar(amount, {width: Math.max(16, width - 16), glyphs, text}),
					],
				];
	const plain = (value: number): string =>
		String(Math.round(value * 100) / 100);
	const capabilities = Object.entries(worker.capabilities);
	return [
		[
			{text: `${workerGlyph(state, glyphs)} `, role: workerRoles[state]},
			{text: worker.name, role: 'title'},
			{text: `  ${state}`, role: workerRoles[state]},
		],
		...(worker.message === null
			? []
			: wrapText(worker.message, width - 3).map((text): Line => [
					{text, role: 'error'},
				])),
		[],
		row('host', worker.host),
		row('address', worker.address),
		row('type', worker.type),
		row('version', worker.version),
		row('last seen', localTime(worker.last_seen)),
		row('groups', worker.groups.length === 0 ? '-' : worker.groups.join(', ')),
		[],
		...usage('cpus', resources.cpus, plain),
		...usage('memory', resources.memory_bytes, bytesText),
		...usage('gpus', resources.gpus, plain),
		...usage('gpu memory', resources.gpu_memory_bytes, bytesText),
		[],
		...runningLines(running, {width: width - 3, glyphs, now}),
		[{text: 'Capabilities', role: 'title'}],
		...(capabilities.length === 0
			? [[{text: '(none)', role: 'dim'}] as Line]
			: capabilities.map(([name, value]): Line => [
					{text: name, role: 'accent'},
					{text: ` ${[value].flat().join(' ')}`},
				])),
	];
};

const runningLines = (
	tasks: readonly TaskRow[],
	{
		width,
		glyphs,
		now,
	}: {readonly width: number; readonly glyphs: Glyphs; readonly now: number},
): readonly Line[] =>
	tasks.length === 0
		? []
		: [
				[{text: 'Runs', role: 'title'}],
				...tasks.map((task): Line => {
					const {id, name, node, progress, changed_at: since} = task;
					const time = runTime(now - Date.parse(since));
					return [
						{text: `${id} `.padStart(8), role: 'dim'},
						{text: fit(`${name}, ${node}`, Math.max(10, width - 31))},
						{text: ` ${time.padStart(7)} `, role: 'dim'},
						...(progress === null
							? []
							: [
									...barSpans(
										[{kind: 'done', role: 'running', amount: progress}],
										{total: 100, width: 8, glyphs},
									),
									{text: ` ${Math.round(progress)}%`},
								]),
					];
				}),
				[],
			];
