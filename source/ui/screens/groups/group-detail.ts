import {localTime} from '../../text/time-text.js';
import {countText} from '../../text/amount-text.js';
import type {Line} from '../../text/span.js';
import type {Glyphs} from '../../theme/glyphs.js';
import {groupBar, type GroupRow} from './group-columns.js';

export const groupDetail = (
	group: GroupRow | undefined,
	{width, glyphs}: {readonly width: number; readonly glyphs: Glyphs},
): readonly Line[] => {
	if (group === undefined) {
		return [];
	}

	const {counts} = group;
	const row = (label: string, value: string): Line => [
		{text: label.padEnd(10), role: 'dim'},
		{text: value},
	];
	const count = (
		label: string,
		amount: number,
		role: 'done' | 'running' | 'error' | 'waiting' | 'warning' | 'dead',
	): Line => [
		{text: label.padEnd(10), role: 'dim'},
		{text: countText(amount).padStart(9), role: amount === 0 ? 'dim' : role},
		{
			text:
				counts.total === 0
					? ''
					: `${Math.round((amount / counts.total) * 100)}%`.padStart(6),
			role: 'dim',
		},
	];
	return [
		[{text: group.name, role: 'title'}],
		[],
		groupBar(group, {width: Math.max(10, width - 4), glyphs}),
		[{text: `${Math.round(group.progress)}%`}],
		[],
		count('done', counts.done, 'done'),
		count('running', counts.running, 'running'),
		count('error', counts.error, 'error'),
		count('waiting', counts.waiting, 'waiting'),
		count('dead', counts.dead, 'dead'),
		count('paused', counts.paused, 'warning'),
		row('all', countText(counts.total).padStart(9)),
		[],
		row('priority', String(group.priority)),
		row('created', localTime(group.created_at)),
		row('creator', group.creator === '' ? '-' : group.creator),
		...(group.archived ? [row('archived', 'yes')] : []),
	];
};
