import {totalOf} from '../live/live-window.js';
import {barSpans} from '../text/bar.js';
import {countText} from '../text/amount-text.js';
import {shortTime} from '../text/time-text.js';
import {fitLine, lineWidth, type Line, type Span} from '../text/span.js';
import type {State} from '../state.js';
import type {Glyphs} from '../theme/glyphs.js';

/** Farm, database, connection and the age of what is shown; at the right the farm's load. */
export const headerLine = (state: State, glyphs: Glyphs): Line => {
	const width = state.size.columns;
	const left = leftSide(state, glyphs);
	const right = rightSide(state, glyphs, width >= 100);
	const room = width - lineWidth(right);
	// A space between them also where the left side is cut.
	return [
		...fitLine(left, Math.max(0, room - 1)),
		{text: room > 0 ? ' ' : ''},
		...right,
	];
};

const leftSide = ({connection, now, settings}: State, glyphs: Glyphs): Line => {
	switch (connection.kind) {
		case 'connecting': {
			return [
				{text: ' lifeblood ', role: 'production'},
				{text: ` connecting${glyphs.ellipsis}`, role: 'warning'},
				{
					text: connection.reason === undefined ? '' : ` ${connection.reason}`,
					role: 'dim',
				},
			];
		}

		case 'connected':
		case 'lost': {
			const {farm, database, address, isInsecure, access} = connection.identity;
			return [
				{text: ` ${farm} `, role: 'production'},
				{text: ' '},
				connection.kind === 'connected'
					? {text: 'live', role: 'good'}
					: {
							text: `connection lost ${shortTime(now - connection.since)} ago, trying again`,
							role: 'error',
						},
				...(isInsecure ? [{text: ' no key', role: 'warning' as const}] : []),
				...(access === 'view' || settings.isReadOnly
					? [{text: ' read-only', role: 'warning' as const}]
					: []),
				{
					text: `${connection.kind === 'lost' ? ' |' : ''} ${database === undefined ? address : fileOf(database)}`,
					role: 'dim',
				},
			];
		}
	}
};

const fileOf = (database: string): string =>
	database.slice(database.lastIndexOf('/') + 1);

const rightSide = (
	{live}: State,
	glyphs: Glyphs,
	isWide: boolean,
): readonly Span[] => {
	const tasks = live['header/tasks'];
	if (tasks === undefined || tasks.status === 'loading') {
		return [];
	}

	const workers = live['header/workers'];
	const count = (state: string): number => tasks.counts[state] ?? 0;
	const running = count('in_progress') + count('invoking');
	const spans: Span[] = [
		{
			text: `${glyphs.states.in_progress} ${countText(running)} `,
			role: running > 0 ? 'running' : 'dim',
		},
		{
			text: ` ${glyphs.states.ready} ${countText(count('ready'))} `,
			role: count('ready') > 0 ? 'ready' : 'dim',
		},
		{
			text: ` ${glyphs.states.error} ${countText(count('error'))} `,
			role: count('error') > 0 ? 'error' : 'dim',
		},
	];
	if (workers !== undefined && workers.status !== 'loading') {
		const {counts} = workers;
		const off = counts['off'] ?? 0;
		const total = totalOf(workers) - off;
		const cpus = counts['cpus'] ?? 0;
		const used = cpus - (counts['cpus_free'] ?? 0);
		spans.push({
			text: ` ${total} worker${total === 1 ? '' : 's'}`,
			role: 'normal',
		});
		if (cpus > 0) {
			spans.push(
				{text: ' '},
				...barSpans([{kind: 'running', role: 'running', amount: used}], {
					total: cpus,
					width: isWide ? 10 : 5,
					glyphs,
				}),
				{text: ` ${round(used)}/${round(cpus)} cpus`, role: 'dim'},
			);
		}
	}

	return [...spans, {text: ' '}];
};

const round = (amount: number): string => String(Math.round(amount * 10) / 10);
