import * as cosmiconfigExplorer from 'cosmiconfig/dist/Explorer.js';
import type {CosmiconfigResult, Options} from 'cosmiconfig';

export type Explorer = {
	readonly load: (file: string) => Promise<CosmiconfigResult>;
};

type ExplorerClass = new (
	options: Options & {
		readonly moduleName: string;
		readonly metaConfigFilePath: null; // eslint-disable-line @typescript-eslint/no-restricted-types -- cosmiconfig's own
	},
) => Explorer;

/**
Cosmiconfig's explorer, without what its front does first: that looks in the current folder for settings of cosmiconfig itself, and runs `.config/config.js` if it finds one. A farm's commands are run in folders of other people's projects, where a broken package.json must not stop them, and a planted script must not run.
*/
export const createExplorer = (
	load: (file: string, content: string) => unknown,
): Explorer =>
	new Class({
		moduleName: 'lifeblood',
		searchPlaces: ['config.toml'],
		loaders: {'.toml': load, noExt: load},
		transform: (result) => result,
		ignoreEmptySearchPlaces: false,
		cache: false,
		mergeImportArrays: false,
		mergeSearchPlaces: false,
		searchStrategy: 'none',
		metaConfigFilePath: null,
	});

const Class = (
	cosmiconfigExplorer as unknown as {readonly Explorer: ExplorerClass}
).Explorer;
