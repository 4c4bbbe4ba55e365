import {parsePatterns, selectByPatterns} from '../../graph/patterns.js';
import {defineNode} from '../contract.js';

export const deleteAttribNode = defineNode({
	type: 'delete_attrib',
	label: 'Delete attributes',
	tags: ['attributes'],
	description:
		'Deletes attributes by name or pattern. Those that the task does not have are passed over.',
	parameters: {
		names: {
			type: 'list',
			label: 'Names',
			default: [],
			row: {
				name: {
					type: 'string',
					label: 'Name',
					default: '',
					description: 'Or patterns: tmp_* ^tmp_keep',
				},
			},
		},
	},
	process({task, parameters: {names}}) {
		const there = Object.keys(task.attributes);
		const unset = new Set<string>();
		for (const [index, {name}] of names.entries()) {
			if (Object.hasOwn(task.attributes, name)) {
				unset.add(name);
				continue;
			}

			const patterns = parsePatterns(name);
			if (patterns.kind === 'fault') {
				return {
					kind: 'error',
					message: `Row ${index + 1} of names cannot be read: ${patterns.message}.`,
				};
			}

			for (const found of selectByPatterns(there, patterns.value)) {
				unset.add(found);
			}
		}

		return {kind: 'pass', unset: [...unset]};
	},
});
