import {defineNode} from '../contract.js';

export const nullNode = defineNode({
	type: 'null',
	label: 'Null',
	tags: ['flow'],
	description:
		'Passes every task on as it is. Good for holding wires together.',
	parameters: {},
	process: () => ({kind: 'pass'}),
});
