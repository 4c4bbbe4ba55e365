import type {JsonObject} from '../../../core/json.js';
import type {GraphDocument} from '../../../net/messages/client.js';

/** A change of the graph with what takes it back, step by step. */
export type Edit = {
	/** As it is said when it is done: `deleted render`. */
	readonly label: string;
	readonly steps: ReadonlyArray<{
		readonly apply: GraphStep;
		readonly revert: GraphStep;
	}>;
};

/** One thing that is asked of the scheduler to change the graph. */
export type GraphStep =
	/** Adds what is not there. */
	| {readonly kind: 'apply'; readonly document: GraphDocument}
	| {readonly kind: 'delete'; readonly names: readonly string[]}
	| {readonly kind: 'rename'; readonly name: string; readonly to: string}
	/** As in graph files: `render.main -> gather.main`. */
	| {readonly kind: 'connect'; readonly wire: string}
	| {readonly kind: 'disconnect'; readonly wire: string}
	| {readonly kind: 'pause'; readonly names: readonly string[]}
	| {readonly kind: 'resume'; readonly names: readonly string[]}
	/** Null: back to the default. */
	| {
			readonly kind: 'set';
			readonly name: string;
			readonly parameters: JsonObject;
	  };

export type EditHistory = {
	/** The latest last. */
	readonly done: readonly Edit[];
	readonly undone: readonly Edit[];
};

export const noHistory: EditHistory = {done: [], undone: []};
