import {FarmError} from '../../../core/errors.js';
import {taskId} from '../../../core/ids.js';
import type {Json, JsonObject} from '../../../core/json.js';
import {fieldSchemas} from '../../form/field-schema.js';
import {openForm} from '../../form/form-dialog.js';
import type {FormFault} from '../../form/form-state.js';
import type {TaskShape} from '../../../net/messages/shapes.js';
import type {GraphNode} from '../../graph/graph.js';
import {whyReadOnly} from '../../state.js';
import type {Edit} from './edit.js';
import {carryOut} from './edit-history.js';
import {selectedNode, type GraphTools} from './graph-slice.js';
import {choosePreset, savePreset} from './presets.js';

/** The selected node's parameters as a form, made from its type's schema. */
export const editParameters = async (tools: GraphTools): Promise<void> => {
	const node = selectedNode(tools.view());
	if (node === undefined) {
		return;
	}

	const {name, type} = node;
	const [{parameters: values}, {nodes}, {types}] = await Promise.all([
		tools.farm.request('node.get', {name}),
		tools.farm.request('graph.export', {nodes: [name]}),
		tools.farm.request('node.types', {type}),
	]);
	const schemas = fieldSchemas.safeParse(types[0]?.parameters);
	if (!schemas.success) {
		throw new FarmError(
			'INVALID',
			`The type ${type} has parameters that this version cannot show.`,
			{cause: schemas.error},
		);
	}

	if (Object.keys(schemas.data).length === 0) {
		tools.notice('info', `A ${type} node has no parameters.`);
		return;
	}

	const task = await taskFor(tools, node);
	openForm(tools, {
		title: `${name}: ${type}`,
		schemas: schemas.data,
		values,
		evaluate:
			task === undefined
				? undefined
				: async (expression) => {
						const {value, message} = await tools.farm.request('node.evaluate', {
							node: name,
							task: task.id,
							expression,
						});
						return {
							said: `${message ?? JSON.stringify(value)}  (task ${task.id}, ${task.name})`,
							isFault: message !== null,
						};
					},
		presets: {
			take: async (onTaken) =>
				choosePreset(tools, type, ({parameters}) => {
					onTaken(parameters);
				}),
			save: async (parameters, onSaved) =>
				savePreset(tools, {type, node: name, parameters, onSaved}),
		},
		async onSave(after, changed) {
			const faults = await faultsOf(tools, node, after);
			if (faults.length === 0) {
				await carryOut(
					tools,
					setEdit(name, {
						changed,
						before: nodes[name]?.parameters ?? {},
						after,
					}),
				);
			}

			return faults;
		},
	});
};

/** For which an expression's value is shown: the one whose way is shown, or else one that is in the node; where there is none, any. */
const taskFor = async (
	tools: GraphTools,
	{name}: GraphNode,
): Promise<Pick<TaskShape, 'id' | 'name'> | undefined> => {
	if (whyReadOnly(tools.state()) !== undefined) {
		return undefined;
	}

	const {traveller} = tools.view().slice;
	if (traveller !== undefined) {
		return tools.farm.request('task.get', {id: taskId(traveller)});
	}

	const first = async (filter: {readonly node?: string}) => {
		const {tasks} = await tools.farm.request('task.list', {
			filter: {...filter, dead: true},
			limit: 1,
		});
		return tasks[0];
	};

	return (await first({node: name})) ?? first({});
};

/** What the scheduler would say; nothing is changed. */
const faultsOf = async (
	tools: GraphTools,
	{name, type}: GraphNode,
	parameters: JsonObject,
): Promise<readonly FormFault[]> => {
	const {faults} = await tools.farm.request('graph.check', {
		document: {nodes: {[name]: {type, parameters}}},
	});
	// `['nodes', 'render', 'parameters', 'cpus']`
	return faults.map(({path, message}) => ({
		path: path.slice(3),
		message: reasonIn(message, name),
	}));
};

/** Without the parameter and the node, `Parameter "cpus" of node render `: the form shows which they are. */
const reasonIn = (message: string, node: string): string => {
	const subject = ` of node ${node} `;
	const at = message.indexOf(subject);
	return at === -1 || !message.startsWith('Parameter ')
		? message
		: message.slice(at + subject.length);
};

const setEdit = (
	name: string,
	{
		changed,
		before,
		after,
	}: {
		readonly changed: readonly string[];
		/** Only those that are not as by default. */
		readonly before: JsonObject;
		readonly after: JsonObject;
	},
): Edit => {
	const only = (values: JsonObject): JsonObject =>
		Object.fromEntries(
			changed.map((parameter): readonly [string, Json] => [
				parameter,
				values[parameter] ?? null,
			]),
		);
	return {
		label: `set ${changed.length > 3 ? `${changed.length} parameters` : changed.join(', ')} of ${name}`,
		steps: [
			{
				apply: {kind: 'set', name, parameters: only(after)},
				revert: {kind: 'set', name, parameters: only(before)},
			},
		],
	};
};
