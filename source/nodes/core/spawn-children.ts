import {parsePatterns, selectByPatterns} from '../../graph/patterns.js';
import {defineNode} from '../contract.js';

export const spawnChildrenNode = defineNode({
	type: 'spawn_children',
	label: 'Spawn children',
	tags: ['flow'],
	description:
		'Spawns children of the task, which leave by "spawned", while the task itself passes.',
	outputs: ['main', 'spawned'],
	parameters: {
		count: {type: 'int', label: 'Count', default: 0, min: 0, max: 1_000_000},
		number_attribute: {
			type: 'string',
			label: 'Number attribute',
			default: '',
			description:
				'Under this name each child carries its number, from 0. Empty: it does not.',
		},
		child_name: {
			type: 'string',
			label: 'Child name',
			default: '`task.name`_child',
			description: 'The number of the child follows it.',
		},
		inherit: {
			type: 'string',
			label: 'Inherit',
			default: '*',
			description:
				'Patterns for the attributes that the children get: * ^tmp_*',
		},
	},
	process({
		task,
		parameters: {
			count,
			number_attribute: numberAttribute,
			child_name: name,
			inherit,
		},
	}) {
		const patterns = parsePatterns(inherit);
		if (patterns.kind === 'fault') {
			return {
				kind: 'error',
				message: `inherit cannot be read: ${patterns.message}.`,
			};
		}

		const inherited = new Set(
			selectByPatterns(Object.keys(task.attributes), patterns.value),
		);
		const common = Object.fromEntries(
			Object.entries(task.attributes).filter(([attribute]) =>
				inherited.has(attribute),
			),
		);
		return {
			kind: 'pass',
			spawn: Array.from({length: count}, (_, index) => ({
				name: `${name}${index}`,
				attributes:
					numberAttribute === ''
						? common
						: {...common, [numberAttribute]: index},
			})),
		};
	},
});
