import {carryOut} from './edit-history.js';
import {freeName, pasteEdit} from './edits.js';
import {graphIn, type GraphTools} from './graph-slice.js';

/**
Adds what a graph file has, beside what is there.

@throws {FarmError} where it is no graph file, or the scheduler refuses it
*/
export const pasteGraph = async (
	tools: GraphTools,
	text: string,
): Promise<void> => {
	// Loaded when it is needed: reading YAML takes a library.
	const {parseGraph} = await import('./graph-text.js');
	const document = parseGraph(text);
	const graph = graphIn(tools.view());
	const [first = ''] = Object.keys(document.nodes);
	const taken = new Set(graph.nodes.map(({name}) => name));
	tools.update((slice) => ({...slice, awaited: freeName(first, taken)}));
	await carryOut(tools, pasteEdit(graph, document));
};
