import type {TaskState} from '../core/task-state.js';
import type {InvocationShape, TaskShape} from '../net/messages/shapes.js';
import {
	counted,
	humanAge,
	humanBytes,
	humanDuration,
	humanTime,
	secondsSince,
} from './human.js';
import type {Output, Style} from './output.js';
import {detailLines, tableLines} from './table.js';

const stateStyles: Readonly<Partial<Record<TaskState, Style>>> = {
	invoking: 'cyan',
	in_progress: 'cyan',
	ready: 'yellow',
	done: 'green',
	error: 'red',
	dead: 'dim',
};

export const paintState = (
	output: Output,
	state: string,
	text: string,
): string => {
	const style = (stateStyles as Readonly<Partial<Record<string, Style>>>)[
		state
	];
	return style === undefined ? text : output.paint(style, text);
};

/** One line a task. `now` is in milliseconds since 1970. */
export const taskTable = (
	tasks: readonly TaskShape[],
	{output, now}: {readonly output: Output; readonly now: number},
): string[] =>
	tableLines(
		[
			{title: 'ID', align: 'right'},
			{title: 'NAME', shrinksTo: 8},
			{
				title: 'STATE',
				paint: (padded, value) =>
					paintState(output, value.split(',', 1)[0]!, padded),
			},
			{title: 'NODE', shrinksTo: 6},
			{title: 'GROUP', shrinksTo: 6},
			{title: 'DONE', align: 'right'},
			{title: 'FOR', align: 'right'},
		],
		tasks.map((task) => [
			String(task.id),
			task.name,
			stateText(task),
			task.node,
			task.groups.join(', '),
			task.progress === null ? '' : `${Math.round(task.progress)}%`,
			humanAge(secondsSince(task.changed_at, now)),
		]),
		output.columns(),
	);

/** Everything of one task, its attributes and invocations last. */
export const taskDetails = (
	task: TaskShape,
	invocations: readonly InvocationShape[],
	{output, now}: {readonly output: Output; readonly now: number},
): string[] => [
	...detailLines([
		['id', String(task.id)],
		['name', task.name],
		['state', stateText(task)],
		['because', task.state_details?.message],
		['node', `${task.node} (by ${task.input})`],
		['output', task.output ?? undefined],
		['worker', task.worker ?? undefined],
		['progress', task.progress === null ? undefined : `${task.progress}%`],
		['groups', task.groups.join(', ')],
		['priority', String(task.priority)],
		['attempts', String(task.attempts)],
		['parent', task.parent_id === null ? undefined : String(task.parent_id)],
		[
			'children',
			task.children_count === 0
				? undefined
				: `${task.children_count}, of which ${task.active_children_count} not dead`,
		],
		[
			'split',
			task.split === null
				? undefined
				: `element ${task.split.index} of ${task.split.count} of task ${task.split.origin_id}`,
		],
		[
			'environment',
			task.environment === null
				? undefined
				: `${task.environment.resolver} ${JSON.stringify(task.environment.arguments)}`,
		],
		['archived', task.archived ? 'yes' : undefined],
		['created', humanTime(task.created_at)],
		[
			'changed',
			`${humanTime(task.changed_at)} (${humanDuration(secondsSince(task.changed_at, now))} ago)`,
		],
	]),
	'',
	...attributeLines(task),
	...(invocations.length === 0
		? []
		: ['', ...invocationTable(invocations, output)]),
];

/** Attempts to run a task, oldest first. */
const invocationTable = (
	invocations: readonly InvocationShape[],
	output: Output,
): string[] =>
	tableLines(
		[
			{title: 'INVOCATION', align: 'right'},
			{title: 'NODE', shrinksTo: 6},
			{title: 'WORKER', shrinksTo: 6},
			{title: 'STATE'},
			{title: 'ENDED', shrinksTo: 6},
			{title: 'TIME', align: 'right'},
			{title: 'MEMORY', align: 'right'},
			{title: 'CPU', align: 'right'},
		],
		invocations.map((invocation) => [
			String(invocation.id),
			invocation.node,
			invocation.worker,
			invocation.state,
			endText(invocation),
			invocation.runtime_s === null ? '' : humanDuration(invocation.runtime_s),
			invocation.peak_memory_bytes === null
				? ''
				: humanBytes(invocation.peak_memory_bytes),
			invocation.cpu_s === null ? '' : humanDuration(invocation.cpu_s),
		]),
		output.columns(),
	);

const endText = ({
	exit_code: exitCode,
	signal,
	reason,
}: InvocationShape): string =>
	exitCode === null ? (signal ?? reason ?? '') : `exit ${exitCode}`;

const stateText = ({
	state,
	paused,
}: Pick<TaskShape, 'state' | 'paused'>): string =>
	paused ? `${state}, paused` : state;

const attributeLines = ({attributes}: TaskShape): string[] => {
	const entries = Object.entries(attributes);
	return entries.length === 0
		? ['no attributes']
		: [
				counted(entries.length, 'attribute'),
				...detailLines(
					entries.map(([name, value]) => [`  ${name}`, JSON.stringify(value)]),
				),
			];
};
