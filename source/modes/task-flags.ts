import {resolverNames} from '../core/resolver-name.js';
import type {FlagDefinition} from './command-definition.js';

/** What a task is to carry. */
export const attributeFlags: Readonly<Record<string, FlagDefinition>> = {
	attr: {
		type: 'text',
		value: 'K=V',
		description: 'an attribute: `k=text`, or `k:=JSON`',
		isMultiple: true,
	},
	attrs: {
		type: 'text',
		value: 'FILE',
		description: 'attributes from a JSON or YAML file (`-`: standard input)',
		completes: 'file',
	},
	frames: {
		type: 'text',
		value: 'RANGE',
		description: 'set the list `frames`: `1-100x2,200`',
	},
};

/** The software that it needs. */
export const resolverFlags: Readonly<Record<string, FlagDefinition>> = {
	resolver: {
		type: 'text',
		value: 'NAME',
		description: `the environment resolver: ${resolverNames.join(', ')} (none: the worker's own)`,
		options: resolverNames,
	},
	package: {
		type: 'text',
		value: 'NAME=RANGE',
		description: 'software that the process needs: `blender=~3.4`',
		isMultiple: true,
	},
};
