import {bytesText} from '../../text/amount-text.js';
import {localTime, runTime} from '../../text/time-text.js';
import {cut, type Line, type Role} from '../../text/span.js';
import type {Glyphs} from '../../theme/glyphs.js';
import type {TaskStory} from './tasks-slice.js';

/** The invocations and the way through the graph, the newest first. */
export const storyLines = (
	{history, invocations}: TaskStory,
	{width, glyphs}: {readonly width: number; readonly glyphs: Glyphs},
): readonly Line[] => [
	...(invocations.length === 0
		? []
		: [
				[] satisfies Line,
				[{text: 'Invocations', role: 'title'}] satisfies Line,
				...invocations
					.toReversed()
					.flatMap((invocation) =>
						invocationLines(invocation, {width, glyphs}),
					),
			]),
	[],
	[{text: 'History', role: 'title'}],
	...history
		.toReversed()
		.flatMap(({at, node, state, detail}): readonly Line[] => [
			[
				{text: `${localTime(at).slice(5)} `, role: 'dim'},
				{text: `${node} `, role: 'accent'},
				{text: state},
			],
			...(detail === null
				? []
				: [[{text: cut(`    ${detail}`, width), role: 'dim'}] satisfies Line]),
		]),
];

const invocationLines = (
	invocation: TaskStory['invocations'][number],
	{width, glyphs}: {readonly width: number; readonly glyphs: Glyphs},
): readonly Line[] => {
	const {id, state, attempt, worker, node, message} = invocation;
	const facts = [
		...(invocation.runtime_s === null
			? []
			: [runTime(invocation.runtime_s * 1000)]),
		...(invocation.exit_code === null ? [] : [`exit ${invocation.exit_code}`]),
		...(invocation.signal === null ? [] : [invocation.signal]),
		...(invocation.peak_memory_bytes === null
			? []
			: [bytesText(invocation.peak_memory_bytes)]),
		...(invocation.cpu_s === null
			? []
			: [`${runTime(invocation.cpu_s * 1000)} cpu`]),
		`log ${bytesText(invocation.log_bytes)}`,
	];
	return [
		[
			{text: `${id} `, role: 'dim'},
			{text: state, role: stateRole(invocation)},
			{text: ` attempt ${attempt}`, role: 'dim'},
			{text: ` on ${worker}`},
			{text: ` in ${node}`, role: 'dim'},
		],
		[{text: `    ${facts.join(` ${glyphs.dot} `)}`, role: 'dim'}],
		...(message === null || message === ''
			? []
			: [[{text: cut(`    ${message}`, width), role: 'error'}] satisfies Line]),
	];
};

const stateRole = ({
	state,
	exit_code: code,
}: TaskStory['invocations'][number]): Role =>
	state === 'running' || state === 'invoking'
		? 'running'
		: state === 'finished'
			? code === 0 || code === null
				? 'done'
				: 'error'
			: 'warning';
