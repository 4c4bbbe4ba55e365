import {taskId} from '../../../core/ids.js';
import {chooseByLetters} from '../../dialogs/choose-by-letters.js';
import {confirm} from '../../dialogs/confirm.js';
import type {ParamsFor} from '../../farm.js';
import type {GraphNode} from '../../graph/graph.js';
import {plural} from '../../text/amount-text.js';
import {shellWord} from '../../text/shell-word.js';
import {
	graphIn,
	isTree,
	litIn,
	selectedNode,
	type GraphTools,
	type GraphView,
} from './graph-slice.js';

type Moving = {
	readonly select: ParamsFor<'task.move'>['select'];
	/** `12 tasks of shot in render` */
	readonly words: string;
	/** As they are named on the command line. */
	readonly commandWords: string;
	/** Where they are, which is nowhere to move them to; undefined: not known. */
	readonly from: GraphNode | undefined;
};

/** What a move would move: the task whose way is shown; or the selected node's tasks, of the lit group where one is. Or why it would not. */
export const movable = (view: GraphView): Moving | string => {
	const {traveller, litGroup} = view.slice;
	if (traveller !== undefined) {
		return {
			select: {ids: [taskId(traveller)]},
			words: `task ${traveller}`,
			commandWords: String(traveller),
			from: undefined,
		};
	}

	const node = selectedNode(view);
	if (node === undefined) {
		return 'no node is selected';
	}

	const count =
		litGroup === undefined
			? Object.entries(node.counts).reduce(
					(sum, [state, tasks]) => sum + (state === 'dead' ? 0 : tasks),
					0,
				)
			: (litIn(view)?.get(node.id) ?? 0);
	return count === 0
		? `no task ${litGroup === undefined ? '' : `of ${litGroup} `}is in ${node.name}`
		: {
				select: {
					filter: {
						node: node.name,
						...(litGroup !== undefined && {group: litGroup}),
					},
				},
				words: `${plural(count, 'task')}${litGroup === undefined ? '' : ` of ${litGroup}`} in ${node.name}`,
				commandWords: [
					'--all',
					...(litGroup === undefined ? [] : ['--group', shellWord(litGroup)]),
					'--node',
					shellWord(node.name),
				].join(' '),
				from: node,
			};
};

/** To a node that is picked by its letters. */
export const moveTasks = (tools: GraphTools): void => {
	const view = tools.view();
	const moving = movable(view);
	if (typeof moving === 'string') {
		tools.notice('info', moving);
		return;
	}

	const question = `Move ${moving.words} to which node?`;
	const targets = graphIn(view).nodes.filter(({id}) => id !== moving.from?.id);
	if (isTree(view)) {
		tools.openDialog(
			chooseByLetters({
				title: question,
				items: targets.map(({name, type}) => ({
					label: name,
					note: type,
					value: name,
				})),
				onChoose(to) {
					ask(tools, moving, to);
				},
			}),
		);
		return;
	}

	tools.update((slice) => ({
		...slice,
		asking: {
			question,
			places: targets.map(({id}) => ({kind: 'node', node: id})),
			typed: '',
			onChosen(now, {node}) {
				const to = graphIn(now.view()).nodes.find(({id}) => id === node);
				if (to) {
					ask(now, moving, to.name);
				}
			},
		},
	}));
};

/** It cannot be undone: where each of them was and what it waited for is forgotten. */
const ask = (
	tools: GraphTools,
	{select, words, commandWords}: Moving,
	to: string,
): void => {
	const command = `task move ${commandWords} --to ${shellWord(to)}`;
	tools.openDialog(
		confirm({
			title: `Move ${words} to ${to}?`,
			text: [
				'What runs is ended, and what they waited for is forgotten. This cannot be undone.',
			],
			command,
			async onYes() {
				await tools.change({
					method: 'task.move',
					params: {select, to},
					command,
					said({changed, skipped}) {
						const [first] = skipped;
						return `moved ${plural(changed, 'task')} to ${to}${first === undefined ? '' : `; others were passed over: ${first.reason}`}`;
					},
				});
			},
		}),
	);
};
