import type {NodeId} from '../../../core/ids.js';
import {choose} from '../../dialogs/choose.js';
import {graphIn, isTree, type GraphTools} from './graph-slice.js';

/** An input is picked by letters over the drawing; in the tree, from a list. */
export const askForInput = (
	tools: GraphTools,
	{
		question,
		isPossible,
		onChosen,
	}: {
		readonly question: string;
		readonly isPossible: (node: NodeId, input: string) => boolean;
		readonly onChosen: (node: NodeId, input: string) => Promise<void>;
	},
): void => {
	const view = tools.view();
	const places = graphIn(view).nodes.flatMap(({id, name, inputs}) =>
		inputs
			.filter((input) => isPossible(id, input))
			.map((input) => ({kind: 'input' as const, node: id, input, name})),
	);
	if (places.length === 0) {
		tools.notice('info', 'There is no input to lead to.');
	} else if (isTree(view)) {
		tools.openDialog(
			choose({
				title: question,
				items: places.map(({node, name, input}) => ({
					label: name,
					note: input,
					value: {node, input},
				})),
				onChoose: async ({node, input}) => onChosen(node, input),
			}),
		);
	} else {
		tools.update((slice) => ({
			...slice,
			asking: {
				question,
				places,
				typed: '',
				async onChosen(_, place) {
					if (place.kind === 'input') {
						await onChosen(place.node, place.input);
					}
				},
			},
		}));
	}
};
