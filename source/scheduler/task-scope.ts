import type {JsonObject} from '../core/json.js';
import type {Scope} from '../sandbox/sandbox.js';
import type {FarmNode} from './farm-graph.js';
import {attributesOf, type TaskDraft} from './task-draft.js';
import type {Turn} from './turn-context.js';

/** What expressions and scripts of a node see of a task. Groups and splits are looked up only where they are asked for. */
export const scopeOf = (
	{desk, settings}: Turn,
	task: TaskDraft,
	node: FarmNode,
): Scope => {
	const {row} = task;
	return {
		task: {
			id: row.id,
			name: row.name,
			parent_id: row.parent_id ?? undefined,
			get groups() {
				return desk.groupsOf(task).map((id) => desk.group(id).row.name);
			},
			priority: row.priority,
			split_index: row.split_index ?? undefined,
			get split_count() {
				return row.split_id === null
					? undefined
					: desk.split(row.split_id).row.count;
			},
			attributes: attributesOf(task),
		},
		node: {name: node.name, type: node.type, parameters: withDefaults(node)},
		config: {
			own: settings.nodeConfig[node.type] ?? {},
			globals: settings.globals,
		},
	};
};

const known = new WeakMap<FarmNode, JsonObject>();

const withDefaults = (node: FarmNode): JsonObject => {
	let parameters = known.get(node);
	if (!parameters) {
		parameters = {
			...Object.fromEntries(
				Object.entries(node.definition?.parameters ?? {}).map(
					([name, schema]) => [name, schema.default],
				),
			),
			...node.stored,
		};
		known.set(node, parameters);
	}

	return parameters;
};
