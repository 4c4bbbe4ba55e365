import {parentPort} from 'node:worker_threads';
import Elk, {type ElkNode} from 'elkjs/lib/elk.bundled.js';

export type LayoutRequest = {readonly id: number; readonly graph: ElkNode};

export type LayoutAnswer = {readonly id: number} & (
	{readonly graph: ElkNode} | {readonly failure: string}
);

const {default: LayoutEngine} = Elk;
const elk = new LayoutEngine();

parentPort?.on('message', ({id, graph}: LayoutRequest) => {
	const layOut = async (): Promise<LayoutAnswer> => {
		try {
			return {id, graph: await elk.layout(graph)};
		} catch (error) {
			return {
				id,
				failure: error instanceof Error ? error.message : String(error),
			};
		}
	};

	void layOut().then((message) => {
		parentPort?.postMessage(message);
	});
});
