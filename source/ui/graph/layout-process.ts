import {setFlagsFromString} from 'node:v8';
import type {ElkNode} from 'elkjs/lib/elk-api.js';
import {answerQuestions, type Failure} from '../answer-questions.js';

export type LayoutRequest = {readonly id: number; readonly graph: ElkNode};

export type LayoutAnswer = {readonly id: number} & (
	Failure | {readonly graph: ElkNode}
);

// Of the two compilers that make code quick, the one for code that ran a little takes half as much memory again as everything else, and nothing is sooner laid out for it. This has to be said before the code is read.
setFlagsFromString('--no-maglev');
setFlagsFromString('--optimize-for-size');

const {default: elkjs} = await import('elkjs/lib/elk.bundled.js');
const {default: LayoutEngine} = elkjs;
const elk = new LayoutEngine();

answerQuestions(async ({graph}: LayoutRequest) => ({
	graph: await elk.layout(graph),
}));
