import type {TaskState} from '../../../core/task-state.js';
import type {RowOf} from '../../live/row-shapes.js';
import {localTime, shortTime} from '../../text/time-text.js';
import {jsonLines} from '../../text/json-lines.js';
import type {Line} from '../../text/span.js';
import {wrapText} from '../../text/wrap-text.js';
import type {Glyphs} from '../../theme/glyphs.js';
import {stateRoles} from '../../theme/theme.js';
import type {TaskStory} from './tasks-slice.js';
import {storyLines} from './story-lines.js';
import {explanationLines} from './explanation-lines.js';
import {stateSpan} from './task-columns.js';

/** Everything that a task carries, as lines. */
export const taskDetail = (
	task: RowOf<'task'> | undefined,
	{
		story,
		width,
		glyphs,
		now,
	}: {
		readonly story: (TaskStory & {readonly id: number}) | undefined;
		readonly width: number;
		readonly glyphs: Glyphs;
		readonly now: number;
	},
): readonly Line[] => {
	if (task === undefined) {
		return [];
	}

	const row = (label: string, value: string): Line => [
		{text: label.padEnd(12), role: 'dim'},
		{text: value},
	];
	const details = task.state_details;
	const told = story?.id === task.id ? story : undefined;
	return [
		[
			stateSpan(task, glyphs),
			{text: ` ${task.name}`, role: 'title'},
			{text: `  ${task.id}`, role: 'dim'},
		],
		[],
		[
			{text: 'state'.padEnd(12), role: 'dim'},
			{text: task.state, role: stateRoles[task.state]},
			...(task.paused ? [{text: ', paused', role: 'warning' as const}] : []),
			{
				text: `  for ${shortTime(now - Date.parse(task.changed_at))}`,
				role: 'dim',
			},
		],
		...(details === null
			? []
			: wrapText(details.message, width - 3).map((text): Line => [
					{text, role: task.state === 'error' ? 'error' : 'normal'},
				])),
		row(
			'node',
			`${task.node} (${task.input}${task.output === null ? '' : ` ${glyphs.crumb} ${task.output}`})`,
		),
		row('groups', task.groups.join(', ')),
		row('priority', String(task.priority)),
		row('attempts', String(task.attempts)),
		...(task.worker === null ? [] : [row('worker', task.worker)]),
		...(task.parent_id === null ? [] : [row('parent', String(task.parent_id))]),
		...(task.children_count === 0
			? []
			: [
					row(
						'children',
						`${task.children_count}, ${task.active_children_count} not done`,
					),
				]),
		...(task.split === null
			? []
			: [
					row(
						'split',
						`${task.split.index + 1} of ${task.split.count}, from task ${task.split.origin_id}`,
					),
				]),
		row('created', localTime(task.created_at)),
		...(told === undefined || isPlain(task.state)
			? []
			: [
					[] satisfies Line,
					[{text: 'Why', role: 'title' as const}],
					...explanationLines(told.explanation, width - 3),
				]),
		[],
		[{text: 'Attributes', role: 'title'}],
		...jsonLines(task.attributes, {width: width - 3, glyphs}),
		...(task.environment === null
			? []
			: [
					[] as Line,
					[
						{text: 'Environment', role: 'title' as const},
						{text: `  ${task.environment.resolver}`},
					] as Line,
					...jsonLines(task.environment.arguments, {width: width - 3, glyphs}),
				]),
		...(told === undefined ? [] : storyLines(told, {width: width - 3, glyphs})),
	];
};

/** Its message says it all, or there is nothing to be said. */
const isPlain = (state: TaskState): boolean =>
	['error', 'dead', 'done', 'in_progress', 'invoking', 'splitted'].includes(
		state,
	);
