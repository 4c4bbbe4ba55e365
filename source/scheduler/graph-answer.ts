import type {GraphChange, GraphFault} from '../graph/check-graph.js';

/** What a request that brings the graph to a document, or only asks what that would do, is answered. */
export const graphAnswer = ({
	changes,
	faults,
}: {
	readonly changes: readonly GraphChange[];
	readonly faults: readonly GraphFault[];
}) => ({
	changes: changes.map((change) => ({
		...change,
		details: [...change.details],
	})),
	faults: faults.map((fault) => ({...fault, path: [...fault.path]})),
});
