import type {RowOf} from '../../live/row-shapes.js';
import type {Column} from '../../list/column.js';
import {barSpans} from '../../text/bar.js';
import {shortTime} from '../../text/time-text.js';
import type {Glyphs} from '../../theme/glyphs.js';
import type {Span} from '../../text/span.js';

export type GroupRow = RowOf<'groups'>;

/** Done, in error, running, waiting: the field's own order. */
export const groupBar = (
	{counts}: Pick<GroupRow, 'counts'>,
	{width, glyphs}: {readonly width: number; readonly glyphs: Glyphs},
): readonly Span[] =>
	barSpans(
		[
			{kind: 'done', role: 'done', amount: counts.done + counts.dead},
			{kind: 'error', role: 'error', amount: counts.error},
			{kind: 'running', role: 'running', amount: counts.running},
			{kind: 'waiting', role: 'waiting', amount: counts.waiting},
		],
		{total: counts.total, width, glyphs},
	);

/** `running:error:done/total` */
const groupCounts = ({counts}: Pick<GroupRow, 'counts'>): string =>
	`${counts.running}:${counts.error}:${counts.done + counts.dead}/${counts.total}`;

export const groupColumns: ReadonlyArray<Column<GroupRow>> = [
	{
		id: 'state',
		title: '',
		width: 1,
		priority: 0,
		order: 'state',
		cell: ({counts, archived}, {glyphs}) =>
			archived
				? {text: glyphs.states.dead, role: 'dead'}
				: counts.error > 0
					? {text: glyphs.states.error, role: 'error'}
					: counts.running > 0
						? {text: glyphs.states.in_progress, role: 'running'}
						: counts.paused > 0
							? {text: glyphs.paused, role: 'warning'}
							: counts.waiting > 0
								? {text: glyphs.states.waiting, role: 'waiting'}
								: {text: glyphs.states.done, role: 'done'},
	},
	{
		id: 'name',
		title: 'Group',
		width: 18,
		grow: 3,
		most: 60,
		priority: 0,
		order: 'name',
		cell: ({name, archived}) => (archived ? {text: name, role: 'dim'} : name),
	},
	{
		id: 'progress',
		title: 'Progress',
		width: 14,
		grow: 2,
		most: 40,
		priority: 0,
		order: 'progress',
		cell: (group, context) => groupBar(group, context),
	},
	{
		id: 'counts',
		title: 'Run:Err:Done/All',
		width: 17,
		priority: 1,
		align: 'right',
		order: 'running',
		moreOrders: [
			{title: 'Errors', order: 'error'},
			{title: 'Done', order: 'done'},
			{title: 'All', order: 'total'},
		],
		cell: (group) => ({
			text: groupCounts(group),
			role: group.counts.error > 0 ? 'error' : 'normal',
		}),
	},
	{
		id: 'paused',
		title: 'Paused',
		width: 7,
		priority: 5,
		align: 'right',
		order: 'paused',
		cell: ({counts}) => (counts.paused === 0 ? '' : String(counts.paused)),
	},
	{
		id: 'priority',
		title: 'Prio',
		width: 5,
		priority: 2,
		align: 'right',
		order: 'priority',
		cell: ({priority}) => ({
			text: String(priority),
			role: priority === 0 ? 'dim' : 'normal',
		}),
	},
	{
		id: 'created',
		title: 'Age',
		width: 4,
		priority: 3,
		align: 'right',
		order: 'created',
		cell: ({created_at: created}, {now}) => ({
			text: shortTime(now - Date.parse(created)),
			role: 'dim',
		}),
	},
	{
		id: 'creator',
		title: 'Creator',
		width: 10,
		grow: 1,
		most: 24,
		priority: 4,
		order: 'creator',
		cell: ({creator}) => ({text: creator, role: 'dim'}),
	},
];
