import type {AnswerTo} from '../../farm.js';
import {localTime} from '../../text/time-text.js';
import type {Line} from '../../text/span.js';
import {wrapText} from '../../text/wrap-text.js';

/** Why a task is where it is, to be read. */
export const explanationLines = (
	{summary, since, workers, waits_for: waitsFor}: AnswerTo<'task.explain'>,
	width: number,
): readonly Line[] => [
	...wrapText(summary, width).map((text): Line => [{text}]),
	[{text: `since ${localTime(since)}`, role: 'dim'}],
	...workers.flatMap(({worker, unmet}): readonly Line[] => [
		[
			{text: worker, role: unmet.length === 0 ? 'good' : 'warning'},
			...(unmet.length === 0
				? [{text: '  could take it', role: 'dim' as const}]
				: []),
		],
		...unmet.flatMap((reason) =>
			wrapText(reason, width - 2).map((text): Line => [
				{text: `  ${text}`, role: 'dim'},
			]),
		),
	]),
	...(waitsFor.length === 0
		? []
		: [
				[{text: 'waits for', role: 'dim'}] satisfies Line,
				...waitsFor.map((text): Line => [{text: `  ${text}`}]),
			]),
];
