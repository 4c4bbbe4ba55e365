import {attributeChanges} from '../attribute-changes.js';
import {defineNode} from '../contract.js';

export const renameAttribNode = defineNode({
	type: 'rename_attrib',
	label: 'Rename attributes',
	tags: ['attributes'],
	description:
		'Renames attributes in order. Those that the task does not have are passed over.',
	parameters: {
		renames: {
			type: 'list',
			label: 'Renames',
			default: [],
			row: {
				from: {type: 'string', label: 'From', default: ''},
				to: {type: 'string', label: 'To', default: ''},
			},
		},
	},
	process({task, parameters: {renames}}) {
		const attributes = new Map(Object.entries(task.attributes));
		for (const [index, {from, to}] of renames.entries()) {
			const value = attributes.get(from);
			if (value === undefined) {
				continue;
			}

			if (to === '') {
				return {
					kind: 'error',
					message: `Row ${index + 1} of renames gives ${from} no new name.`,
				};
			}

			attributes.delete(from);
			attributes.set(to, value);
		}

		return {kind: 'pass', ...attributeChanges(task.attributes, attributes)};
	},
});
