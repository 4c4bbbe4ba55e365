import {parsePatterns, selectByPatterns} from '../graph/patterns.js';
import {parseWords} from '../graph/words.js';
import {defineNode} from './contract.js';
import {promote, promoteParameter} from './promote.js';
import {
	exitCodeParameters,
	exitCodesOf,
	requirementParameters,
	termsOf,
} from './requirements.js';

/** What a plugin's function is given: the same that the built-in node types are made with. */
export const pluginApi = {
	defineNode,
	/** Parameters of nodes that run a process, to be spread into a node's own, and what they say. */
	requirementParameters,
	termsOf,
	exitCodeParameters,
	exitCodesOf,
	/** The parameter of nodes that gather tasks, and what it makes of them. */
	promoteParameter,
	promote,
	/** Patterns such as `* ^tmp_*`, and words as a shell reads them. */
	parsePatterns,
	selectByPatterns,
	parseWords,
} as const;

export type PluginApi = typeof pluginApi;
