import type {NodeDefinition} from '../../source/nodes/contract.js';
import type {Registry} from '../../source/nodes/registry.js';

/** A registry of these node types only. */
export const registryOf = (...definitions: readonly NodeDefinition[]): Registry =>
	({
		get: (type: string) => definitions.find((definition) => definition.type === type),
		list: () => definitions.map((definition) => ({definition})),
		broken: [],
	}) as unknown as Registry;
