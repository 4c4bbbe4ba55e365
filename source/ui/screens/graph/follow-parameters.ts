import {panesOf, selectedNode, type GraphTools} from './graph-slice.js';

/** Asks for the selected node's parameters where its detail is seen: the watch leaves them out, since they may be long. Asked again after each edit made here. */
export const followParameters = (tools: GraphTools): void => {
	const view = tools.view();
	const node = selectedNode(view);
	if (node === undefined || panesOf(view).detail === undefined) {
		return;
	}

	const {id, name} = node;
	const {done, undone} = view.slice.history;
	const key = `${id} ${name} ${done.length} ${undone.length}`;
	if (key === view.slice.askedParameters) {
		return;
	}

	tools.update((slice) => ({...slice, askedParameters: key}));
	tools.farm
		.request('node.get', {name})
		.then(({parameters}) => {
			tools.update((slice) => ({
				...slice,
				parameters: {node: id, values: parameters},
			}));
		})
		.catch(() => {
			// It was deleted, or the connection is lost: asked again when that has changed.
			tools.update((slice) => ({...slice, parameters: undefined}));
		});
};
