import type {JsonObject} from '../../../core/json.js';
import {choose, type Choice} from '../../dialogs/choose.js';
import {prompt} from '../../dialogs/prompt.js';
import type {GraphNode} from '../../graph/graph.js';
import {carryOut} from './edit-history.js';
import {createEdit, freeName} from './edits.js';
import {graphIn, type GraphTools} from './graph-slice.js';
import {presetsOf, presetText, type Preset} from './presets.js';

/** The node types there are, with what they do; then the new node's name. */
export const openPalette = async (
	tools: GraphTools,
	behind: {readonly node: GraphNode; readonly output: string} | undefined,
): Promise<void> => {
	const [{types}, presets] = await Promise.all([
		tools.farm.request('node.types', {}),
		presetsOf(tools, undefined),
	]);
	tools.openDialog(
		choose({
			title:
				behind === undefined
					? 'New node'
					: `New node behind ${behind.node.name}`,
			items: types.flatMap((type) => kindsOf(type, presets)),
			onChoose(type) {
				const taken = new Set(
					graphIn(tools.view()).nodes.map(({name}) => name),
				);
				tools.openDialog(
					prompt({
						title: `New ${type.label}`,
						label: 'Name',
						text: freeName(type.type, taken),
						check(text) {
							if (text.trim() === '') {
								return 'A node has a name.';
							}

							return taken.has(text)
								? `There is a node ${text} already.`
								: undefined;
						},
						async onSubmit(name) {
							tools.update((slice) => ({...slice, awaited: name}));
							await carryOut(
								tools,
								createEdit(graphIn(tools.view()), {name, type, behind}),
							);
						},
					}),
				);
			},
		}),
	);
};

type Kind = {
	readonly type: string;
	readonly label: string;
	readonly inputs: readonly string[];
	readonly outputs: readonly string[];
	readonly starting: JsonObject;
};

/** A type as the farm has new nodes of it start, and once more for each of its presets. */
const kindsOf = (
	type: Omit<Kind, 'starting'> & {readonly description: string},
	presets: readonly Preset[],
): ReadonlyArray<Choice<Kind>> => {
	const own = presets.filter((preset) => preset.type === type.type);
	const initial = own.find((preset) => preset.initial);
	return [
		{
			label: type.type,
			note:
				initial === undefined
					? type.description
					: `as preset ${initial.name}: ${type.description}`,
			value: {...type, starting: initial?.parameters ?? {}},
		},
		...own
			.filter((preset) => preset !== initial)
			.map((preset) => ({
				label: `${type.type}: ${preset.name}`,
				note: presetText(preset),
				value: {...type, starting: preset.parameters},
			})),
		...(initial === undefined
			? []
			: [
					{
						label: `${type.type}: no preset`,
						note: 'all parameters as by default',
						value: {...type, starting: {}},
					},
				]),
	];
};
