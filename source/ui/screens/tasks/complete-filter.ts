import {taskStates} from '../../../core/task-state.js';
import {windowIn, type TasksView} from './tasks-slice.js';

/** What the last word of a filter could become: words with a colon, and behind it states, and the nodes and groups of what is shown. */
export const completeFilter = (
	text: string,
	view: TasksView,
): readonly string[] => {
	const begin = text.lastIndexOf(' ') + 1;
	const before = text.slice(0, begin);
	const word = text.slice(begin);
	const rows = windowIn(view)?.rows ?? [];
	const words = word.includes(':')
		? [
				...taskStates.map((state) => `state:${state}`),
				...new Set(rows.map(({node}) => `node:${node}`)),
				...new Set(
					rows.flatMap(({groups}) => groups.map((group) => `group:${group}`)),
				),
				...new Set(
					rows.flatMap(({worker}) =>
						worker === null ? [] : [`worker:${worker}`],
					),
				),
			]
		: ['state:', 'node:', 'group:', 'name:', 'worker:', 'dead', 'archived'];
	return word === ''
		? []
		: words
				.filter((known) => known !== word && known.startsWith(word))
				.map((known) => `${before}${known}`);
};

/** Without a last word that needs a whole name: half a name finds nothing, and what it could become is looked for in what is shown. */
export const typedSoFar = (text: string): string => {
	const begin = text.lastIndexOf(' ') + 1;
	return /^(?:node|group|worker):/v.test(text.slice(begin))
		? text.slice(0, begin).trimEnd()
		: text;
};
