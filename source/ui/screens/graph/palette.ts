import {choose} from '../../dialogs/choose.js';
import {prompt} from '../../dialogs/prompt.js';
import type {GraphNode} from '../../graph/graph.js';
import {carryOut} from './edit-history.js';
import {createEdit, freeName} from './edits.js';
import {graphIn, type GraphTools} from './graph-slice.js';

/** The node types there are, with what they do; then the new node's name. */
export const openPalette = async (
	tools: GraphTools,
	behind: {readonly node: GraphNode; readonly output: string} | undefined,
): Promise<void> => {
	const {types} = await tools.farm.request('node.types', {});
	tools.openDialog(
		choose({
			title:
				behind === undefined
					? 'New node'
					: `New node behind ${behind.node.name}`,
			items: types.map((type) => ({
				label: type.type,
				note: type.description,
				value: type,
			})),
			onChoose(type) {
				const taken = new Set(
					graphIn(tools.view()).nodes.map(({name}) => name),
				);
				tools.openDialog(
					prompt({
						title: `New ${type.label}`,
						label: 'Name',
						text: freeName(type.type, taken),
						check(text) {
							if (text.trim() === '') {
								return 'A node has a name.';
							}

							return taken.has(text)
								? `There is a node ${text} already.`
								: undefined;
						},
						async onSubmit(name) {
							tools.update((slice) => ({...slice, awaited: name}));
							await carryOut(
								tools,
								createEdit(graphIn(tools.view()), {name, type, behind}),
							);
						},
					}),
				);
			},
		}),
	);
};
