import {FarmError} from '../../../core/errors.js';
import type {Json, JsonObject} from '../../../core/json.js';
import {isSameJson} from '../../../graph/graph-document.js';
import {jsonObjectShape} from '../../../net/messages/shapes.js';
import {carryOut} from './edit-history.js';
import {selectedNode, windowIn, type GraphTools} from './graph-slice.js';

/** The selected node's parameters as JSON in the person's editor; what was changed is set. */
export const editParameters = async (tools: GraphTools): Promise<void> => {
	const node = selectedNode(tools.view());
	if (node === undefined || windowIn(tools.view()) === undefined) {
		return;
	}

	const {name} = node;
	const [{parameters: before}, {nodes}] = await Promise.all([
		tools.farm.request('node.get', {name}),
		tools.farm.request('graph.export', {nodes: [name]}),
	]);
	const text = await tools.edit(`${JSON.stringify(before, undefined, 2)}\n`, {
		suffix: '.json',
	});
	if (text === undefined) {
		return;
	}

	const after = readParameters(text);
	const stored = nodes[name]?.parameters ?? {};
	const changed = Object.keys({...before, ...after}).filter(
		(parameter) => !isSameJson(before[parameter], after[parameter]),
	);
	if (changed.length === 0) {
		tools.notice('info', 'Nothing was changed.');
		return;
	}

	const only = (values: JsonObject): JsonObject =>
		Object.fromEntries(
			changed.map((parameter): readonly [string, Json] => [
				parameter,
				values[parameter] ?? null,
			]),
		);
	await carryOut(tools, {
		label: `set ${changed.length > 3 ? `${changed.length} parameters` : changed.join(', ')} of ${name}`,
		steps: [
			{
				apply: {kind: 'set', name, parameters: only(after)},
				revert: {kind: 'set', name, parameters: only(stored)},
			},
		],
	});
};

const readParameters = (text: string): JsonObject => {
	try {
		return jsonObjectShape.parse(JSON.parse(text));
	} catch (error) {
		throw new FarmError(
			'INVALID',
			'What was saved is no JSON object; nothing was changed.',
			{cause: error},
		);
	}
};
