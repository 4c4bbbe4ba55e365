import {FarmError} from '../../core/errors.js';
import {createProcessCaller} from '../process-caller.js';
import {makeBoxes} from './box.js';
import {fromElk, toElk, type Hints} from './elk-graph.js';
import type {Graph, Zoom} from './graph.js';
import type {LayoutAnswer, LayoutRequest} from './layout-process.js';
import type {Layout} from './layout.js';

/** Lays graphs out, in a process of its own that is started with the first: of 300 nodes it takes a second. */
export type GraphLayouts = {
	/**
	The same graph, but for its counts, is laid out once. `hints` matter for a graph that was not laid out yet: usually the layout before.

	@throws {FarmError} `INTERNAL` where it could not be laid out, `CLOSED` after `stop`
	*/
	readonly layOut: (graph: Graph, zoom: Zoom, hints?: Hints) => Promise<Layout>;
	/** A graph will be laid out soon. */
	readonly prepare: () => void;
	readonly stop: () => Promise<void>;
};

/** Layouts that are kept: of the graph now and of the last edits, at each zoom. */
const mostKept = 24;

export const createGraphLayouts = (): GraphLayouts => {
	const kept = new Map<string, Promise<Layout>>();
	const engine = createProcessCaller<Omit<LayoutRequest, 'id'>, LayoutAnswer>(
		processUrl,
		// Room for garbage that would be doubled again and again.
		{nodeOptions: '--max-semi-space-size=1'},
	);
	let isStopped = false;

	const layOutNow = async (
		graph: Graph,
		zoom: Zoom,
		hints: Hints | undefined,
	): Promise<Layout> => {
		const measured = {graph, zoom, hints, ...makeBoxes(graph, zoom)};
		if (graph.nodes.length === 0) {
			return fromElk(measured, {id: 'graph'});
		}

		const request = toElk(measured);
		const answer = await engine.ask({graph: request});
		if (answer !== undefined && 'graph' in answer) {
			return fromElk(measured, answer.graph);
		}

		if (isStopped) {
			throw new FarmError('CLOSED', 'The viewer is closing.');
		}

		if (answer !== undefined) {
			throw new FarmError(
				'INTERNAL',
				`The graph could not be laid out: ${answer.failure}`,
			);
		}

		// Slower to answer keys meanwhile, but there.
		const {default: elkjs} = await import('elkjs/lib/elk.bundled.js');
		const {default: LayoutEngine} = elkjs;
		return fromElk(measured, await new LayoutEngine().layout(request));
	};

	return {
		async layOut(graph, zoom, hints) {
			if (isStopped) {
				throw new FarmError('CLOSED', 'The viewer is closing.');
			}

			const key = `${zoom} ${topologyOf(graph)}`;
			const known = kept.get(key);
			kept.delete(key);
			const layout = known ?? layOutNow(graph, zoom, hints);
			kept.set(key, layout);
			for (const oldest of kept.keys()) {
				if (kept.size <= mostKept) {
					break;
				}

				kept.delete(oldest);
			}

			try {
				return await layout;
			} catch (error) {
				kept.delete(key);
				throw error;
			}
		},
		prepare: engine.prepare,
		async stop() {
			isStopped = true;
			await engine.stop();
		},
	};
};

/** What a layout depends on; counts and whether a node is enabled are not part of it. */
export const topologyOf = ({nodes, wires}: Graph): string =>
	JSON.stringify([
		nodes.map(({id, name, type, inputs, outputs}) => [
			id,
			name,
			type,
			inputs,
			outputs,
		]),
		wires.map(({id, from, output, to, input}) => [id, from, output, to, input]),
	]);

const processUrl = new URL(
	import.meta.url.endsWith('.ts') ? 'layout-process.ts' : 'layout-process.js',
	import.meta.url,
);
