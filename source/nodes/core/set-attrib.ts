import {defineNode} from '../contract.js';

export const setAttribNode = defineNode({
	type: 'set_attrib',
	label: 'Set attributes',
	tags: ['attributes'],
	description: 'Sets attributes of the task, each to its value.',
	parameters: {
		attributes: {
			type: 'list',
			label: 'Attributes',
			default: [],
			row: {
				name: {type: 'string', label: 'Name', default: ''},
				value: {type: 'json', label: 'Value', default: null},
			},
		},
	},
	process({parameters: {attributes}}) {
		const nameless = attributes.findIndex(({name}) => name === '');
		return nameless === -1
			? {
					kind: 'pass',
					set: Object.fromEntries(
						attributes.map(({name, value}) => [name, value]),
					),
				}
			: {
					kind: 'error',
					message: `Row ${nameless + 1} of attributes has no name.`,
				};
	},
});
