import process from 'node:process';
import {setFlagsFromString} from 'node:v8';
import type {ElkNode} from 'elkjs/lib/elk-api.js';

export type LayoutRequest = {readonly id: number; readonly graph: ElkNode};

export type LayoutAnswer = {readonly id: number} & (
	{readonly graph: ElkNode} | {readonly failure: string}
);

// Of the two compilers that make code quick, the one for code that ran a little takes half as much memory again as everything else, and nothing is sooner laid out for it. This has to be said before the code is read.
setFlagsFromString('--no-maglev');
setFlagsFromString('--optimize-for-size');

const {default: elkjs} = await import('elkjs/lib/elk.bundled.js');
const {default: LayoutEngine} = elkjs;
const elk = new LayoutEngine();

process.on('message', ({id, graph}: LayoutRequest) => {
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
		// Undefined, or closed: nobody waits for it any more.
		process.send?.(message, () => undefined);
	});
});
