import {FarmError} from '../../core/errors.js';
import {didYouMean} from '../../core/nearest.js';
import type {JsonObject} from '../../core/json.js';
import type {clientToScheduler} from '../../net/messages/client.js';
import type {ResultOf} from '../../net/messages/method.js';
import type {Registry} from '../../nodes/registry.js';
import {outputsOf} from '../farm-graph.js';

/**
The node types there are, or one of them.

@throws {FarmError} `NOT_FOUND`
*/
export const nodeTypes = (
	registry: Registry,
	{type}: {readonly type?: string | undefined},
): ResultOf<typeof clientToScheduler, 'node.types'> => {
	const all = registry.list();
	const chosen =
		type === undefined
			? all
			: all.filter(({definition}) => definition.type === type);
	if (type !== undefined && chosen.length === 0) {
		throw new FarmError(
			'NOT_FOUND',
			`There is no node type "${type}"${didYouMean(
				type,
				all.map(({definition}) => definition.type),
			)}`,
		);
	}

	return {
		types: chosen.map(({definition, plugin}) => ({
			type: definition.type,
			label: definition.label,
			tags: [...definition.tags],
			description: definition.description,
			inputs: [...definition.inputs],
			outputs: [...outputsOf(definition, {})],

			parameters: {
				...(definition.parameters as Readonly<Record<string, JsonObject>>),
			},
			plugin: plugin ?? null,
		})),
		broken: [...registry.broken],
	};
};
