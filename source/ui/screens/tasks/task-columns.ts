import {isRunning} from '../../../core/task-state.js';
import type {RowOf} from '../../live/row-shapes.js';
import type {Column} from '../../list/column.js';
import {barSpans} from '../../text/bar.js';
import {runTime, shortTime} from '../../text/time-text.js';
import {stateRoles} from '../../theme/theme.js';
import type {Glyphs} from '../../theme/glyphs.js';
import type {Span} from '../../text/span.js';

export type TaskRow = RowOf<'tasks'>;

export const stateSpan = (
	{state, paused}: Pick<TaskRow, 'state' | 'paused'>,
	glyphs: Glyphs,
): Span =>
	paused
		? {text: glyphs.paused, role: 'warning'}
		: {text: glyphs.states[state], role: stateRoles[state]};

export const taskColumns: ReadonlyArray<Column<TaskRow>> = [
	{
		id: 'glyph',
		title: '',
		width: 1,
		priority: 0,
		order: 'state',
		cell: (task, {glyphs}) => stateSpan(task, glyphs),
	},
	{
		id: 'id',
		title: 'Id',
		width: 8,
		priority: 0,
		align: 'right',
		order: 'id',
		cell: ({id}) => ({text: String(id), role: 'dim'}),
	},
	{
		id: 'name',
		title: 'Name',
		width: 16,
		grow: 3,
		most: 48,
		priority: 0,
		order: 'name',
		cell: ({name}) => name,
	},
	{
		id: 'state',
		title: 'State',
		width: 12,
		grow: 2,
		most: 20,
		priority: 1,
		order: 'state',
		cell: ({state, paused}) => ({
			text: paused ? `${state}, paused` : state,
			role: stateRoles[state],
		}),
	},
	{
		id: 'progress',
		title: 'Progress',
		width: 10,
		priority: 4,
		order: 'progress',
		cell: ({progress, state}, {width, glyphs}) =>
			progress === null || !isRunning(state)
				? ''
				: [
						...barSpans([{kind: 'done', role: 'running', amount: progress}], {
							total: 100,
							width: width - 5,
							glyphs,
						}),
						{text: `${Math.round(progress)}%`.padStart(5)},
					],
	},
	{
		id: 'node',
		title: 'Node',
		width: 12,
		grow: 1,
		most: 28,
		priority: 2,
		order: 'node',
		cell: ({node}) => node,
	},
	{
		id: 'group',
		title: 'Group',
		width: 12,
		grow: 1,
		most: 28,
		priority: 6,
		order: 'group',
		cell: ({groups}) => ({text: groups.join(', '), role: 'dim'}),
	},
	{
		id: 'attempts',
		title: 'Try',
		width: 4,
		priority: 7,
		align: 'right',
		order: 'attempts',
		cell: ({attempts}) =>
			attempts > 1
				? {text: String(attempts), role: 'warning'}
				: {text: attempts === 0 ? '' : String(attempts), role: 'dim'},
	},
	{
		id: 'worker',
		title: 'Worker',
		width: 10,
		grow: 1,
		most: 20,
		priority: 5,
		order: 'worker',
		cell: ({worker}) => ({text: worker ?? '', role: 'running'}),
	},
	{
		id: 'runtime',
		title: 'Runs',
		width: 7,
		priority: 8,
		align: 'right',
		order: 'runtime',
		cell: ({state, changed_at: changed}, {now}) =>
			state === 'in_progress' ? runTime(now - Date.parse(changed)) : '',
	},
	{
		id: 'age',
		title: 'Age',
		width: 4,
		priority: 3,
		align: 'right',
		order: 'changed',
		cell: ({changed_at: changed}, {now}) => ({
			text: shortTime(now - Date.parse(changed)),
			role: 'dim',
		}),
	},
	{
		id: 'priority',
		title: 'Prio',
		width: 5,
		priority: 10,
		align: 'right',
		order: 'priority',
		cell: ({priority}) => ({
			text: priority === 0 ? '' : String(priority),
			role: 'dim',
		}),
	},
	{
		id: 'details',
		title: 'Details',
		width: 14,
		grow: 4,
		priority: 9,
		order: 'details',
		cell: ({state_details: details, state}) => ({
			text: details?.message ?? '',
			role: state === 'error' ? 'error' : 'dim',
		}),
	},
];
