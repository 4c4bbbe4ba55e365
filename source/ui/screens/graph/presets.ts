import type {Json, JsonObject} from '../../../core/json.js';
import type {GraphDocument} from '../../../net/messages/client.js';
import {choose} from '../../dialogs/choose.js';
import {confirm} from '../../dialogs/confirm.js';
import {prompt} from '../../dialogs/prompt.js';
import type {GraphNode} from '../../graph/graph.js';
import {shellWord} from '../../text/shell-word.js';
import type {Tools} from '../../tools.js';
import type {Edit} from './edit.js';
import {carryOut} from './edit-history.js';
import {chosenNodes, selectedNode, type GraphTools} from './graph-slice.js';

export type Preset = {
	readonly type: string;
	readonly name: string;
	readonly parameters: JsonObject;
	/** A new node of its type starts with it. */
	readonly initial: boolean;
};

export const presetsOf = async (
	tools: Pick<Tools, 'farm'>,
	type: string | undefined,
): Promise<readonly Preset[]> => {
	const {presets} = await tools.farm.request(
		'preset.list',
		type === undefined ? {} : {type},
	);
	return presets;
};

/** One of a node type's presets; says so where there are none. */
export const choosePreset = async (
	tools: Pick<Tools, 'farm' | 'openDialog' | 'notice'>,
	type: string,
	onChoose: (preset: Preset) => void | Promise<void>,
): Promise<void> => {
	const presets = await presetsOf(tools, type);
	if (presets.length === 0) {
		tools.notice('info', `There are no presets for ${type} yet.`);
		return;
	}

	tools.openDialog(
		choose({
			title: `Preset for ${type}`,
			items: presets.map((preset) => ({
				label: preset.name,
				note: presetText(preset),
				value: preset,
			})),
			onChoose,
		}),
	);
};

/** Asks for a name, and whether one of that name is to be replaced. */
export const savePreset = async (
	tools: Pick<Tools, 'farm' | 'openDialog' | 'change'>,
	{
		type,
		node,
		parameters,
		onSaved,
	}: {
		readonly type: string;
		/** For the command that does the same. */
		readonly node: string;
		/** Those that are not as by default. */
		readonly parameters: JsonObject;
		readonly onSaved?: (name: string) => void;
	},
): Promise<void> => {
	const known = await presetsOf(tools, type);
	const names = known.map(({name}) => name);
	const save = async (name: string, isReplacing: boolean): Promise<void> => {
		await tools.change({
			method: 'preset.save',
			params: {type, name, parameters, replace: isReplacing},
			command: `node save-preset ${shellWord(node)} ${shellWord(name)}${isReplacing ? ' --replace' : ''}`,
			said: () => `saved as preset ${name} for ${type}`,
		});
		onSaved?.(name);
	};

	tools.openDialog(
		prompt({
			title: `Save as a preset for ${type}`,
			label: 'Name',
			complete: (text) => names.filter((name) => name.startsWith(text)),
			check: (text) =>
				text.trim() === '' ? 'A preset has a name.' : undefined,
			async onSubmit(name) {
				if (!names.includes(name)) {
					await save(name, false);
					return;
				}

				tools.openDialog(
					confirm({
						title: `Replace the preset ${name}?`,
						text: [
							`There is one for ${type} already. Nodes that took it keep what they have.`,
						],
						command: `node save-preset ${shellWord(node)} ${shellWord(name)} --replace`,
						onYes: async () => save(name, true),
					}),
				);
			},
		}),
	);
};

/** Gives the chosen nodes, as far as they are of the selected one's type, what a preset sets. */
export const applyPreset = async (
	tools: GraphTools,
	wanted: string,
): Promise<void> => {
	const view = tools.view();
	const type = (selectedNode(view) ?? chosenNodes(view)[0])?.type;
	if (type === undefined) {
		return;
	}

	const nodes = chosenNodes(view).filter((node) => node.type === type);
	const names = nodes.map(({name}) => name);
	const apply = async (preset: Preset): Promise<void> =>
		carryOut(
			tools,
			presetEdit(
				preset,
				nodes,
				await tools.farm.request('graph.export', {nodes: names}),
			),
		);
	if (wanted === '') {
		await choosePreset(tools, type, apply);
		return;
	}

	const presets = await presetsOf(tools, type);
	const found = presets.find(({name}) => name === wanted);
	if (found) {
		await apply(found);
	} else {
		tools.notice('error', `There is no preset "${wanted}" for ${type}.`);
	}
};

/** What is not in the preset stays as it is. */
export const presetEdit = (
	{name, parameters}: Pick<Preset, 'name' | 'parameters'>,
	nodes: ReadonlyArray<Pick<GraphNode, 'name'>>,
	exported: Pick<GraphDocument, 'nodes'>,
): Edit => ({
	label: `applied ${name} to ${nodes.length > 3 ? `${nodes.length} nodes` : nodes.map((node) => node.name).join(', ')}`,
	steps: nodes.map((node) => {
		const before = exported.nodes[node.name]?.parameters ?? {};
		return {
			apply: {kind: 'set', name: node.name, parameters},
			revert: {
				kind: 'set',
				name: node.name,
				parameters: Object.fromEntries(
					Object.keys(parameters).map((parameter): readonly [string, Json] => [
						parameter,
						before[parameter] ?? null,
					]),
				),
			},
		};
	}),
});

/** `cpus 8, memory_gb 16` */
export const presetText = ({
	parameters,
	initial,
}: Pick<Preset, 'parameters' | 'initial'>): string =>
	[
		...(initial ? ['new nodes start with it'] : []),
		...Object.entries(parameters).map(([name, value]) =>
			typeof value === 'object' ? name : `${name} ${JSON.stringify(value)}`,
		),
	].join(', ');
