import {bytesText} from '../../text/amount-text.js';
import {localTime} from '../../text/time-text.js';
import {wrapText} from '../../text/wrap-text.js';
import type {Line} from '../../text/span.js';
import type {Glyphs} from '../../theme/glyphs.js';
import {
	usedBar,
	workerGlyph,
	workerRoles,
	type WorkerRow,
} from './worker-columns.js';

export const workerDetail = (
	worker: WorkerRow | undefined,
	{width, glyphs}: {readonly width: number; readonly glyphs: Glyphs},
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
		[{text: 'Capabilities', role: 'title'}],
		...(capabilities.length === 0
			? [[{text: '(none)', role: 'dim'}] as Line]
			: capabilities.map(([name, value]): Line => [
					{text: name, role: 'accent'},
					{text: ` ${[value].flat().join(' ')}`},
				])),
	];
};
