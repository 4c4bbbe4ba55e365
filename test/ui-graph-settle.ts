import test from 'ava';
import type {LiveWindow} from '../source/ui/live/live-window.js';
import type {GraphNodeRow} from '../source/ui/live/row-shapes.js';
import {graphScreen} from '../source/ui/screens/graph/graph-screen.js';
import {
	needsNode,
	type GraphSlice,
	type GraphView,
} from '../source/ui/screens/graph/graph-slice.js';
import {settleGraph} from '../source/ui/screens/graph/settle-graph.js';
import type {State} from '../source/ui/state.js';
import {createTheme} from '../source/ui/theme/theme.js';
import {productionGraph} from './helpers/production-graph.js';

/** The graph's view before anything is laid out. */
const unlaidView = (columns: number): GraphView => {
	const rows = productionGraph.nodes.map((node) => ({
		...node,
		wires: productionGraph.wires.filter(({from}) => from === node.id),
	})) as unknown as readonly GraphNodeRow[];
	const window: LiveWindow<'graph'> = {
		what: 'graph',
		spec: {what: 'graph'},
		status: 'live',
		error: undefined,
		offset: 0,
		rows,
		counts: {},
	};
	return {
		slice: graphScreen.open({}) as GraphSlice,
		scope: {},
		state: {now: 0, isDetailEnlarged: false} as unknown as State,
		live: {graph: window},
		body: {columns, rows: 14},
		theme: createTheme({
			theme: 'mono',
			isAscii: false,
			depth: 'none',
			production: undefined,
		}),
	};
};

test('keys are about the first node of a tree before anything is laid out', (t) => {
	const view = unlaidView(60);
	const slice = settleGraph(view);
	t.is(slice.selected, productionGraph.nodes[0]?.id);
	t.is(needsNode({...view, slice}), undefined);
});

test('what is done to a node before the graph is drawn is told to be too early', (t) => {
	const view = unlaidView(80);
	const slice = settleGraph(view);
	t.is(slice.selected, undefined);
	t.is(needsNode({...view, slice}), 'the graph is not drawn yet');
});
