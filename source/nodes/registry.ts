import type {NodeDefinition} from './contract.js';

/** What `loadPlugins` found. */
export type LoadedPlugins = {
	readonly nodes: ReadonlyArray<{
		readonly definition: NodeDefinition;
		readonly file: string;
	}>;
	/** Files that could not be loaded, each with one line that says why. */
	readonly broken: ReadonlyArray<{
		readonly file: string;
		readonly message: string;
	}>;
};

export type RegisteredNode = {
	readonly definition: NodeDefinition;
	/** The plugin's file; undefined for a built-in type. */
	readonly plugin: string | undefined;
};

/** The node types that a scheduler knows. */
export type Registry = {
	readonly get: (type: string) => NodeDefinition | undefined;
	readonly all: () => readonly NodeDefinition[];
	readonly list: () => readonly RegisteredNode[];
	readonly broken: LoadedPlugins['broken'];
};

const noPlugins: LoadedPlugins = {nodes: [], broken: []};

/** Built-in types first; a plugin whose type name is taken is left out and reported. */
export const createRegistry = (
	builtIn: readonly NodeDefinition[],
	plugins: LoadedPlugins = noPlugins,
): Registry => {
	const types = new Map<string, RegisteredNode>(
		builtIn.map((definition) => [
			definition.type,
			{definition, plugin: undefined},
		]),
	);
	const broken = [...plugins.broken];
	for (const {definition, file} of plugins.nodes) {
		const taken = types.get(definition.type);
		if (taken) {
			broken.push({
				file,
				message: `its type name "${definition.type}" is taken by ${taken.plugin ?? 'a built-in node type'}.`,
			});
		} else {
			types.set(definition.type, {definition, plugin: file});
		}
	}

	return {
		get: (type) => types.get(type)?.definition,
		all: () =>
			types
				.values()
				.map(({definition}) => definition)
				.toArray(),
		list: () => types.values().toArray(),
		broken,
	};
};
