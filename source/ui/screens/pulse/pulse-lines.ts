import {barSpans, type BarPart} from '../../text/bar.js';
import {countText} from '../../text/amount-text.js';
import {fit, fitLine, type Line, type Role} from '../../text/span.js';
import {sparkRows} from '../../text/spark.js';
import {localTime} from '../../text/time-text.js';
import {findings} from './findings.js';
import {pulseColumns, type PulseColumn} from './pulse-series.js';
import {eventsIn, pulseIn, type PulseView} from './pulse-slice.js';

type Chart = {
	readonly title: string;
	readonly role: Role;
	readonly value: (column: PulseColumn) => number;
	/** What fills the chart; undefined: the largest of what is shown. */
	readonly most?: number | undefined;
	/** A value, for the scale. */
	readonly text: (value: number) => string;
	/** What it is now. */
	readonly figure: string;
	readonly note: string;
};

const titleWidth = 12;
/** Of the numbers at the left of a chart, with the line behind them. */
const scaleWidth = 9;
const figureWidth = 22;
/** Lines that are not charts: findings, two bars, gaps, the axis with its times. */
const otherRows = 8;
const mostEventRows = 6;

/** The whole screen, of exactly as many lines as the body has. */
export const pulseLines = (view: PulseView): readonly Line[] => {
	const {columns, rows} = view.body;
	const chartWidth = Math.max(
		10,
		columns - titleWidth - scaleWidth - figureWidth - 2,
	);
	const live = pulseIn(view);
	const series = pulseColumns(live?.rows ?? [], {
		stepMs: live?.counts['step_ms'] ?? 10_000,
		now: view.state.now,
		minutes: view.slice.minutes,
		width: chartWidth,
	});
	const charts = chartsOf(series, view.slice.minutes);
	const room = rows - otherRows;
	const eventRows =
		room >= charts.length * 2
			? Math.min(mostEventRows, Math.max(0, room - charts.length * 2))
			: 0;
	const height = Math.max(
		1,
		Math.min(6, Math.floor((room - eventRows) / charts.length)),
	);
	const lines: Line[] = [
		findingsLine(view),
		[],
		...charts.flatMap((chart) => chartLines(chart, {series, height, view})),
		...axisLines(view, series.length),
		[],
		tasksBar(view, chartWidth),
		workersBar(view, chartWidth),
		[],
		...eventLines(view, eventRows),
	];
	return Array.from({length: rows}, (_, index) =>
		fitLine([{text: ' '}, ...(lines[index] ?? [])], columns),
	);
};

const countsOf = (view: PulseView, name: 'tasks' | 'workers') =>
	view.state.live[`header/${name}`]?.counts ?? {};

const findingsLine = (view: PulseView): Line =>
	findings({
		tasks: countsOf(view, 'tasks'),
		workers: countsOf(view, 'workers'),
	}).flatMap(({role, text}, index) => [
		{text: index === 0 ? '' : `  ${view.theme.glyphs.dot}  `, role: 'dim'},
		{text, role},
	]);

const chartsOf = (
	series: readonly PulseColumn[],
	minutes: number,
): readonly Chart[] => {
	const now = series.at(-1);
	const mean = (value: (column: PulseColumn) => number): number =>
		series.reduce((sum, column) => sum + value(column), 0) /
		Math.max(1, series.length);
	const failed = series.reduce((sum, column) => sum + column.failed, 0);
	const cpus = now?.cpus ?? 0;
	const used = now?.cpusUsed ?? 0;
	return [
		{
			title: 'Utilisation',
			role: 'running',
			value: (column) =>
				column.cpus === 0 ? 0 : column.cpusUsed / column.cpus,
			most: 1,
			text: (part) => `${Math.round(part * 100)}%`,
			figure: cpus === 0 ? 'no cpus' : `${Math.round((used / cpus) * 100)}%`,
			note: `${short(used)} of ${short(cpus)} cpus`,
		},
		{
			title: 'Processes',
			role: 'done',
			value: ({ended}) => ended,
			text: perTime,
			figure: perTime(now?.ended ?? 0),
			note: `mean ${perTime(mean(({ended}) => ended))}`,
		},
		{
			title: 'Task moves',
			role: 'accent',
			value: ({moved}) => moved,
			text: perTime,
			figure: perTime(now?.moved ?? 0),
			note: `mean ${perTime(mean(({moved}) => moved))}`,
		},
		{
			title: 'Queue',
			role: 'ready',
			value: ({queued}) => queued,
			text: countText,
			figure: countText(now?.queued ?? 0),
			note: `most ${countText(Math.max(0, ...series.map(({queued}) => queued)))}`,
		},
		{
			title: 'Errors',
			role: 'error',
			value: ({errors}) => errors,
			text: countText,
			figure: countText(now?.errors ?? 0),
			note: `${countText(failed)} new in ${minutes} min`,
		},
	];
};

const chartLines = (
	{title, role, value, text, figure, note, ...chart}: Chart,
	{
		series,
		height,
		view,
	}: {
		readonly series: readonly PulseColumn[];
		readonly height: number;
		readonly view: PulseView;
	},
): readonly Line[] => {
	const values = series.map((column) => value(column));
	const {sparks, vertical} = view.theme.glyphs;
	const most = chart.most ?? Math.max(...values);
	const rows = sparkRows(values, {height, most, sparks});
	return rows.map((row, index) => {
		const isLast = index === rows.length - 1;
		const scale = index === 0 && most > 0 ? text(most) : isLast ? '0' : '';
		return [
			{text: fit(isLast ? title : '', titleWidth), role: 'strong'},
			{
				text: `${fit(scale, scaleWidth - 1, 'right')}${vertical}`,
				role: 'dim',
			},
			{text: row, role},
			// With one line there is room for what it is now only.
			...(isLast
				? [
						{text: ` ${figure}`, role},
						...(height === 1 ? [{text: ` ${note}`, role: 'dim' as const}] : []),
					]
				: index === rows.length - 2
					? [{text: ` ${note}`, role: 'dim' as const}]
					: []),
		];
	});
};

/** The line on which all charts stand, with the times below it. */
const axisLines = (view: PulseView, width: number): readonly Line[] => {
	const {minutes} = view.slice;
	const {horizontal, vertical} = view.theme.glyphs;
	const parts = width >= 40 ? 4 : 2;
	const indent = ' '.repeat(titleWidth + scaleWidth);
	const ticks = Array.from({length: parts}, (_, index) =>
		Math.round((index * width) / parts),
	);
	const marks = Array.from({length: width}, (_, column) =>
		ticks.includes(column) ? vertical : horizontal,
	);
	const times = ticks.map((column, index) =>
		fit(
			index === 0
				? `${minutes} min ago`
				: String((minutes * (parts - index)) / parts),
			(ticks[index + 1] ?? width - 3) - column,
		),
	);
	return [
		[{text: `${indent}${marks.join('')}`, role: 'dim'}],
		[{text: `${indent}${times.join('')}now`, role: 'dim'}],
	];
};

const tasksBar = (view: PulseView, width: number): Line => {
	const counts = countsOf(view, 'tasks');
	const sum = (...states: readonly string[]): number =>
		states.reduce((total, state) => total + (counts[state] ?? 0), 0);
	return barLine(view, {
		title: 'Tasks',
		width,
		parts: [
			{kind: 'done', role: 'done', amount: sum('done')},
			{
				kind: 'running',
				role: 'running',
				amount: sum('invoking', 'in_progress'),
			},
			{kind: 'error', role: 'error', amount: sum('error')},
			{
				kind: 'waiting',
				role: 'waiting',
				amount: sum(
					'waiting',
					'generating',
					'waiting_blocked',
					'ready',
					'post_waiting',
					'post_generating',
					'post_waiting_blocked',
					'spawned',
					'splitted',
				),
			},
		],
		words: ['done', 'running', 'error', 'waiting'],
	});
};

const workersBar = (view: PulseView, width: number): Line => {
	const counts = countsOf(view, 'workers');
	const count = (state: string): number => counts[state] ?? 0;
	return barLine(view, {
		title: 'Workers',
		width,
		parts: [
			{kind: 'running', role: 'running', amount: count('busy')},
			{kind: 'done', role: 'done', amount: count('idle')},
			{
				kind: 'error',
				role: 'error',
				amount: count('error') + count('unreachable'),
			},
			{kind: 'waiting', role: 'waiting', amount: count('draining')},
		],
		words: ['busy', 'idle', 'in trouble', 'draining'],
	});
};

const barLine = (
	view: PulseView,
	{
		title,
		width,
		parts,
		words,
	}: {
		readonly title: string;
		readonly width: number;
		readonly parts: readonly BarPart[];
		readonly words: readonly string[];
	},
): Line => {
	const {glyphs} = view.theme;
	const total = parts.reduce((sum, {amount}) => sum + amount, 0);
	return [
		{text: fit(title, titleWidth), role: 'strong'},
		...barSpans(parts, {
			total,
			width: Math.max(8, Math.floor(width / 2)),
			glyphs,
		}),
		...parts.flatMap(({amount, role, kind}, index) =>
			amount === 0
				? []
				: [
						{text: ` ${glyphs.bar[kind]} `, role},
						{text: `${countText(amount)} ${words[index] ?? ''}`},
					],
		),
	];
};

const eventLines = (view: PulseView, count: number): readonly Line[] =>
	count === 0
		? []
		: (eventsIn(view)?.rows ?? [])
				.slice(-count)
				.toReversed()
				.map(({at, kind, message}) => [
					{text: `${localTime(at).slice(11)}  `, role: 'dim'},
					{
						text: message,
						role:
							kind === 'task_error' ? ('error' as const) : ('normal' as const),
					},
				]);

/** A rate in the unit in which it is a number that one can read. */
const perTime = (perSecond: number): string =>
	perSecond === 0 || perSecond >= 1
		? `${short(perSecond)}/s`
		: perSecond * 60 >= 1
			? `${short(perSecond * 60)}/min`
			: `${short(perSecond * 3600)}/h`;

const short = (amount: number): string =>
	amount >= 100
		? countText(Math.round(amount))
		: String(Math.round(amount * 10) / 10);
