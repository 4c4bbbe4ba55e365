import {defineNode} from '../contract.js';
import {promote, promoteParameter} from '../promote.js';

export const splitWaiterNode = defineNode({
	type: 'split_waiter',
	label: 'Split waiter',
	tags: ['gather'],
	description:
		'Gathers a split: when all living elements have arrived (or the first one, if it is not to wait for all), they die, and the task that was divided goes on from here. A task that is no element passes.',
	parameters: {
		wait_for_all: {
			type: 'bool',
			label: 'Wait for all',
			default: true,
			description:
				'Otherwise the first element to arrive lets the task go on, and the others die.',
		},
		...promoteParameter,
	},
	process({task: {split, attributes}, relatives, parameters}) {
		if (!split) {
			return {kind: 'pass'};
		}

		if (split.sealed) {
			return {kind: 'kill'};
		}

		if (parameters.wait_for_all && split.arrived < split.alive) {
			// Without the number of those that are missing: it would be wrong as soon as the next one arrives.
			return {
				kind: 'not_ready',
				message: `Waits for the other elements of split ${split.id}.`,
			};
		}

		const gathered =
			parameters.promote.length === 0
				? []
				: parameters.wait_for_all
					? relatives.elements().map((element) => ({
							order: element.index,
							attributes: element.attributes,
						}))
					: [{order: split.index, attributes}];
		const set = promote(parameters.promote, gathered);
		return set.kind === 'fault'
			? {kind: 'error', message: set.message}
			: {kind: 'seal', set: set.value};
	},
});
