import type {JsonObject} from '../../../core/json.js';
import {taskStates} from '../../../core/task-state.js';
import type {Graph, GraphNode, GraphWire} from '../../graph/graph.js';
import {countText} from '../../text/amount-text.js';
import {jsonLines} from '../../text/json-lines.js';
import type {Line} from '../../text/span.js';
import type {Glyphs} from '../../theme/glyphs.js';
import {stateRoles} from '../../theme/theme.js';

/** All about a node. */
export const nodeDetail = (
	node: GraphNode | undefined,
	{
		graph,
		glyphs,
		width,
		parameters,
	}: {
		readonly graph: Graph;
		readonly glyphs: Glyphs;
		readonly width: number;
		/** Undefined: not told yet. */
		readonly parameters: JsonObject | undefined;
	},
): readonly Line[] => {
	if (node === undefined) {
		return [];
	}

	const names = new Map(graph.nodes.map(({id, name}) => [id, name]));
	const arriving = graph.wires.filter(({to}) => to === node.id);
	const leaving = graph.wires.filter(({from}) => from === node.id);
	return [
		[{text: node.name, role: 'title'}],
		[{text: node.type, role: 'dim'}],
		...(node.enabled
			? []
			: [[{text: `${glyphs.paused} paused`, role: 'warning'}] as Line]),
		[],
		...taskStates
			.filter((state) => (node.counts[state] ?? 0) > 0)
			.map((state): Line => [
				{text: `${glyphs.states[state]} `, role: stateRoles[state]},
				{text: state.padEnd(22)},
				{
					text: countText(node.counts[state] ?? 0).padStart(9),
					role: stateRoles[state],
				},
			]),
		[],
		...node.inputs.flatMap((input) =>
			portLines(`${glyphs.down} ${input}`, {
				wires: arriving.filter((wire) => wire.input === input),
				textOf: ({from, output}) => `${names.get(from) ?? '?'}.${output}`,
			}),
		),
		...node.outputs.flatMap((output) => {
			const wires = leaving.filter((wire) => wire.output === output);
			return portLines(
				`${glyphs.crumb} ${output}${wires.length > 1 ? `: split in ${wires.length}` : ''}`,
				{wires, textOf: ({to, input}) => `${names.get(to) ?? '?'}.${input}`},
			);
		}),
		[],
		[{text: 'parameters', role: 'dim'}],
		...(parameters === undefined
			? [[{text: glyphs.ellipsis, role: 'dim'}] as Line]
			: jsonLines(parameters, {width, glyphs})),
	];
};

const portLines = (
	title: string,
	{
		wires,
		textOf,
	}: {
		readonly wires: readonly GraphWire[];
		readonly textOf: (wire: GraphWire) => string;
	},
): readonly Line[] => [
	[{text: title, role: wires.length === 0 ? 'dim' : 'accent'}],
	...wires.map((wire): Line => [{text: `  ${textOf(wire)}`}]),
];
