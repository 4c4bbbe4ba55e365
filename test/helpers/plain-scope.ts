import type {Scope} from '../../source/sandbox/sandbox.js';

/** What an expression sees of a task without attributes, in a node without parameters. */
export const plainScope = (own: Scope['config']['own'] = {}): Scope => ({
	task: {
		id: 1,
		name: 'a',
		parent_id: undefined,
		groups: [],
		priority: 0,
		split_index: undefined,
		split_count: undefined,
		attributes: {},
	},
	node: {name: 'n', type: 'script', parameters: {}},
	config: {own, globals: {}},
});
