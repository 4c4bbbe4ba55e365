import type {WorkerState} from '../../../net/messages/shapes.js';
import type {RowOf} from '../../live/row-shapes.js';
import type {Column} from '../../list/column.js';
import {bytesText} from '../../text/amount-text.js';
import {barSpans} from '../../text/bar.js';
import {shortTime} from '../../text/time-text.js';
import type {Role, Span} from '../../text/span.js';
import type {Glyphs} from '../../theme/glyphs.js';

export type WorkerRow = RowOf<'workers'>;

type Amount = WorkerRow['resources']['cpus'];

export const workerRoles: Readonly<Record<WorkerState, Role>> = {
	off: 'dead',
	idle: 'done',
	busy: 'running',
	draining: 'warning',
	error: 'error',
	unreachable: 'error',
};

export const workerGlyph = (state: WorkerState, glyphs: Glyphs): string => {
	switch (state) {
		case 'off': {
			return glyphs.states.dead;
		}

		case 'idle': {
			return glyphs.states.waiting;
		}

		case 'busy': {
			return glyphs.states.in_progress;
		}

		case 'draining': {
			return glyphs.paused;
		}

		case 'error':
		case 'unreachable': {
			return glyphs.states.error;
		}
	}
};

/** What is used of what there is: a bar with the numbers. */
export const usedBar = (
	{total, free}: Amount,
	{
		width,
		glyphs,
		text,
	}: {
		readonly width: number;
		readonly glyphs: Glyphs;
		readonly text: (amount: number) => string;
	},
): readonly Span[] => {
	if (total === 0) {
		return [];
	}

	const used = total - free;
	const numbers = `${text(used)}/${text(total)}`;
	const bar = width - numbers.length - 1;
	return [
		...(bar >= 3
			? [
					...barSpans(
						[
							{
								kind: 'running',
								role: used / total > 0.9 ? 'warning' : 'running',
								amount: used,
							},
						],
						{total, width: bar, glyphs},
					),
					{text: ' '},
				]
			: []),
		{text: numbers},
	];
};

const number = (amount: number): string =>
	String(Math.round(amount * 100) / 100);

const isHere = ({state}: WorkerRow): boolean => state !== 'off';

const usage =
	(
		resource: keyof WorkerRow['resources'],
		text: (amount: number) => string,
	): Column<WorkerRow>['cell'] =>
	(worker, {width, glyphs}) =>
		isHere(worker)
			? usedBar(worker.resources[resource], {width, glyphs, text})
			: '';

export const workerColumns: ReadonlyArray<Column<WorkerRow>> = [
	{
		id: 'glyph',
		title: '',
		width: 1,
		priority: 0,
		order: 'state',
		cell: ({state}, {glyphs}) => ({
			text: workerGlyph(state, glyphs),
			role: workerRoles[state],
		}),
	},
	{
		id: 'name',
		title: 'Worker',
		width: 16,
		grow: 2,
		most: 36,
		priority: 0,
		order: 'name',
		cell: ({name, state}) => ({
			text: name,
			role: state === 'off' ? 'dim' : 'normal',
		}),
	},
	{
		id: 'host',
		title: 'Host',
		width: 12,
		grow: 1,
		most: 24,
		priority: 5,
		order: 'host',
		cell: ({host}) => ({text: host, role: 'dim'}),
	},
	{
		id: 'type',
		title: 'Type',
		width: 8,
		priority: 9,
		order: 'type',
		cell: ({type}) => ({text: type, role: 'dim'}),
	},
	{
		id: 'state',
		title: 'State',
		width: 11,
		priority: 1,
		order: 'state',
		cell: ({state}) => ({text: state, role: workerRoles[state]}),
	},
	{
		id: 'running',
		title: 'Runs',
		width: 5,
		priority: 1,
		align: 'right',
		order: 'running',
		cell: ({running}) =>
			running.length === 0
				? {text: '', role: 'dim'}
				: {text: String(running.length), role: 'running'},
	},
	{
		id: 'cpus',
		title: 'CPUs',
		width: 13,
		grow: 1,
		most: 22,
		priority: 2,
		order: 'cpus',
		cell: usage('cpus', number),
	},
	{
		id: 'memory',
		title: 'Memory',
		width: 15,
		grow: 1,
		most: 24,
		priority: 3,
		order: 'memory',
		cell: usage('memory_bytes', bytesText),
	},
	{
		id: 'gpus',
		title: 'GPUs',
		width: 7,
		priority: 7,
		order: 'gpus',
		cell: usage('gpus', number),
	},
	{
		id: 'groups',
		title: 'Groups',
		width: 10,
		grow: 2,
		most: 30,
		priority: 4,
		order: 'groups',
		cell: ({groups}) => groups.join(', '),
	},
	{
		id: 'capabilities',
		title: 'Capabilities',
		width: 14,
		grow: 3,
		priority: 10,
		order: 'capabilities',
		cell: ({capabilities}) => ({
			text: Object.entries(capabilities)
				.map(([name, value]) => `${name} ${[value].flat().join(' ')}`.trimEnd())
				.join(', '),
			role: 'dim',
		}),
	},
	{
		id: 'seen',
		title: 'Seen',
		width: 5,
		priority: 6,
		align: 'right',
		order: 'seen',
		cell: ({last_seen: seen, state}, {now}) =>
			state === 'off' || state === 'unreachable'
				? {text: shortTime(now - Date.parse(seen)), role: 'warning'}
				: {text: 'now', role: 'dim'},
	},
	{
		id: 'version',
		title: 'Version',
		width: 8,
		priority: 8,
		order: 'version',
		cell: ({version}) => ({text: version, role: 'dim'}),
	},
];
