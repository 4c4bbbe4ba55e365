import type {Hints} from '../../graph/elk-graph.js';
import type {Graph} from '../../graph/graph.js';
import {createGraphLayouts, topologyOf} from '../../graph/graph-layouts.js';
import {storedPlaces} from '../../graph/stored-places.js';
import type {Layout} from '../../graph/layout.js';
import {isConnected} from '../../state.js';
import {
	graphIn,
	panesOf,
	windowIn,
	type GraphTools,
	type GraphView,
} from './graph-slice.js';

/** One for the program: its process is started with the first graph that is shown. */
const layouts = createGraphLayouts();

/** Where more nodes than this are, larger zooms are not even tried. */
const mostInBoxes = 60;
const mostInLines = 200;

/** Has the graph laid out when it, or the zoom, is another. What was drawn before stays until then. */
export const followLayout = (tools: GraphTools): void => {
	const view = tools.view();
	const window = windowIn(view);
	if (window === undefined || window.status === 'loading') {
		// It starts while the graph is on its way; without a connection it is not, and who waits long is not to start one after the other.
		if (isConnected(view.state)) {
			layouts.prepare();
		}

		return;
	}

	const graph = graphIn(view);
	const key = `${view.slice.zoom ?? 'any'} ${topologyOf(graph)}`;
	if (key === view.slice.askedKey) {
		return;
	}

	tools.update((slice) => ({...slice, askedKey: key}));
	void layOut(graph, view)
		.then((layout) => {
			tools.update((slice) =>
				slice.askedKey === key
					? {
							...slice,
							laid: {key, layout},
							zoom: layout.zoom,
							askedKey: `${layout.zoom} ${topologyOf(graph)}`,
							fault: undefined,
						}
					: slice,
			);
		})
		.catch((error: unknown) => {
			tools.update((slice) => ({
				...slice,
				fault: error instanceof Error ? error.message : String(error),
			}));
		});
};

const layOut = async (graph: Graph, view: GraphView): Promise<Layout> => {
	const {zoom, laid} = view.slice;
	const hints: Hints =
		laid?.layout.boxes ?? storedPlaces(windowIn(view)?.rows ?? []);
	if (zoom !== undefined) {
		return layouts.layOut(graph, zoom, hints);
	}

	const size = panesOf(view).drawing ?? view.body;
	const fits = ({width, height}: Layout): boolean =>
		width <= size.columns && height <= size.rows;
	if (graph.nodes.length <= mostInBoxes) {
		const boxes = await layouts.layOut(graph, 'full', hints);
		if (fits(boxes)) {
			return boxes;
		}
	}

	if (graph.nodes.length <= mostInLines) {
		const lines = await layouts.layOut(graph, 'line', hints);
		if (fits(lines) || graph.nodes.length <= mostInBoxes) {
			return lines;
		}
	}

	return layouts.layOut(graph, 'dot', hints);
};
