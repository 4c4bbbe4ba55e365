import {defineNode} from '../contract.js';

export const killerNode = defineNode({
	type: 'killer',
	label: 'Killer',
	tags: ['flow'],
	description: 'The task ends here for good: it dies.',
	outputs: [],
	parameters: {},
	process: () => ({kind: 'kill'}),
});
