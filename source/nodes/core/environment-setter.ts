import type {JsonObject} from '../../core/json.js';
import {defineNode} from '../contract.js';

export const environmentSetterNode = defineNode({
	type: 'environment_setter',
	label: 'Environment setter',
	tags: ['environment'],
	description:
		"Changes what the task's environment resolver is told, from here on: which resolver it is, and its arguments.",
	parameters: {
		mode: {
			type: 'enum',
			label: 'Mode',
			default: 'set',
			options: ['set', 'modify'],
			description: 'Set: nothing of what was there before stays.',
		},
		resolver: {
			type: 'string',
			label: 'Resolver',
			default: '',
			description:
				"Empty: the worker's default one, or when modifying the one that is there.",
		},
		arguments: {
			type: 'list',
			label: 'Arguments',
			default: [],
			row: {
				name: {type: 'string', label: 'Name', default: ''},
				value: {type: 'json', label: 'Value', default: ''},
			},
		},
		delete: {
			type: 'list',
			label: 'Delete',
			default: [],
			when: {parameter: 'mode', is: ['modify']},
			row: {name: {type: 'string', label: 'Name', default: ''}},
		},
	},
	process({task: {environment}, parameters}) {
		const nameless = parameters.arguments.findIndex(({name}) => name === '');
		if (nameless !== -1) {
			return {
				kind: 'error',
				message: `Row ${nameless + 1} of arguments has no name.`,
			};
		}

		const before = parameters.mode === 'modify' ? environment : undefined;
		const deleted = new Set(
			parameters.mode === 'modify'
				? parameters.delete.map(({name}) => name)
				: [],
		);
		const resolverArguments: JsonObject = Object.fromEntries([
			...Object.entries(before?.arguments ?? {}).filter(
				([name]) => !deleted.has(name),
			),
			...parameters.arguments.map(({name, value}) => [name, value] as const),
		]);
		return {
			kind: 'pass',
			environment: {
				resolver:
					parameters.resolver === ''
						? (before?.resolver ?? '')
						: parameters.resolver,
				arguments: resolverArguments,
			},
		};
	},
});
