import type {ScreenBinding} from '../../screen.js';
import type {GraphWire} from '../../graph/graph.js';
import {choose} from '../../dialogs/choose.js';
import {prompt} from '../../dialogs/prompt.js';
import {askForInput} from './ask-for-input.js';
import {carryOut, redo, undo} from './edit-history.js';
import {editParameters} from './edit-parameters.js';
import {
	connectEdit,
	cutEdit,
	deleteEdit,
	isWired,
	pasteEdit,
	pauseEdit,
	renameEdit,
	rerouteEdit,
	wireText,
} from './edits.js';
import {
	chosenNodes,
	graphIn,
	needsNode,
	selectedNode,
	type GraphSlice,
	type GraphTools,
	type GraphView,
} from './graph-slice.js';
import {movable, moveTasks} from './move-tasks.js';
import {openPalette} from './palette.js';
import {pasteGraph} from './paste-graph.js';
import {applyPreset, savePreset} from './presets.js';

type GraphBinding = ScreenBinding<GraphSlice>;

const needsOutput = (view: GraphView): string | undefined =>
	needsNode(view) ??
	(selectedNode(view)?.outputs.length === 0
		? 'the node has no output'
		: undefined);

const wiresOfSelected = (view: GraphView): readonly GraphWire[] =>
	graphIn(view).wires.filter(
		({from, to}) => from === view.slice.selected || to === view.slice.selected,
	);

const needsWire = (view: GraphView): string | undefined =>
	needsNode(view) ??
	(wiresOfSelected(view).length === 0 ? 'the node has no wires' : undefined);

/** Asks which one where there are several. */
const withWire = (
	tools: GraphTools,
	title: string,
	act: (wire: GraphWire) => void | Promise<void>,
): void | Promise<void> => {
	const view = tools.view();
	const wires = wiresOfSelected(view);
	const [only] = wires;
	if (only !== undefined && wires.length === 1) {
		return act(only);
	}

	tools.openDialog(
		choose({
			title,
			items: wires.map((wire) => ({
				label: wireText(graphIn(view), wire),
				value: wire,
			})),
			onChoose: act,
		}),
	);
};

const withOutput = (
	tools: GraphTools,
	title: string,
	act: (output: string) => void | Promise<void>,
): void | Promise<void> => {
	const view = tools.view();
	const node = selectedNode(view);
	const [only] = node?.outputs ?? [];
	if (node === undefined || only === undefined) {
		return;
	}

	if (node.outputs.length === 1) {
		return act(only);
	}

	const {wires} = graphIn(view);
	tools.openDialog(
		choose({
			title,
			items: node.outputs.map((output) => {
				const leaving = wires.filter(
					(wire) => wire.from === node.id && wire.output === output,
				).length;
				return {
					label: output,
					note: leaving === 0 ? 'free' : `${leaving} wired`,
					value: output,
				};
			}),
			onChoose: act,
		}),
	);
};

const exportChosen = async (tools: GraphTools) =>
	tools.farm.request('graph.export', {
		nodes: chosenNodes(tools.view()).map(({name}) => name),
	});

/** To change the graph. Everything here but retrying can be undone. */
export const editBindings: readonly GraphBinding[] = [
	{
		id: 'graph.insert',
		keys: ['o'],
		label: 'insert',
		help: 'a new node behind the selected one, wired to it and to what followed',
		isChange: true,
		disabled: needsOutput,
		async run(tools) {
			const node = selectedNode(tools.view());
			return withOutput(tools, 'Behind which output?', async (output) =>
				openPalette(tools, node && {node, output}),
			);
		},
	},
	{
		id: 'graph.add',
		keys: ['a'],
		label: 'add',
		help: 'a new node, by itself',
		isChange: true,
		async run(tools) {
			await openPalette(tools, undefined);
		},
	},
	{
		id: 'graph.parameters',
		keys: ['e'],
		label: 'parameters',
		help: "the node's parameters as a form",
		isChange: true,
		disabled: needsNode,
		run: editParameters,
	},
	{
		id: 'graph.preset',
		keys: ['s'],
		label: 'preset',
		help: "set the node's parameters, or those of the marked ones of its type, as a preset says",
		command: 'preset',
		isChange: true,
		isQuiet: true,
		disabled: needsNode,
		run: applyPreset,
	},
	{
		id: 'graph.save-preset',
		keys: ['S'],
		label: 'save preset',
		help: "keep the node's parameters as a preset for nodes of its type",
		isChange: true,
		isQuiet: true,
		disabled: needsNode,
		async run(tools) {
			const node = selectedNode(tools.view());
			if (node === undefined) {
				return;
			}

			const {name, type} = node;
			const {nodes} = await tools.farm.request('graph.export', {
				nodes: [name],
			});
			await savePreset(tools, {
				type,
				node: name,
				parameters: nodes[name]?.parameters ?? {},
			});
		},
	},
	{
		id: 'graph.connect',
		keys: ['c'],
		label: 'connect',
		help: 'lay a wire: pick an output, then an input by its letters',
		isChange: true,
		disabled: needsOutput,
		async run(tools) {
			const from = tools.view().slice.selected;
			return withOutput(tools, 'From which output?', (output) => {
				askForInput(tools, {
					question: 'To which input?',
					isPossible: (to, input) =>
						from !== undefined &&
						to !== from &&
						!isWired(graphIn(tools.view()), {from, output, to, input}),
					async onChosen(to, input) {
						if (from !== undefined) {
							await carryOut(
								tools,
								connectEdit(graphIn(tools.view()), {from, output, to, input}),
							);
						}
					},
				});
			});
		},
	},
	{
		id: 'graph.cut',
		keys: ['x'],
		label: 'cut',
		help: "one of the node's wires",
		isChange: true,
		disabled: needsWire,
		run: async (tools) =>
			withWire(tools, 'Cut which wire?', async (wire) =>
				carryOut(tools, cutEdit(graphIn(tools.view()), wire)),
			),
	},
	{
		id: 'graph.reroute',
		keys: ['r'],
		label: 'reroute',
		help: "lead one of the node's wires to another input",
		isChange: true,
		isQuiet: true,
		disabled: needsWire,
		run: async (tools) =>
			withWire(tools, 'Reroute which wire?', (wire) => {
				askForInput(tools, {
					question: 'To which input instead?',
					isPossible: (to, input) =>
						!isWired(graphIn(tools.view()), {...wire, to, input}),
					onChosen: async (to, input) =>
						carryOut(
							tools,
							rerouteEdit(graphIn(tools.view()), wire, {to, input}),
						),
				});
			}),
	},
	{
		id: 'graph.rename',
		keys: ['R'],
		label: 'rename',
		help: 'give the node another name',
		isChange: true,
		isQuiet: true,
		disabled: needsNode,
		run(tools) {
			const name = selectedNode(tools.view())?.name ?? '';
			tools.openDialog(
				prompt({
					title: `Rename ${name}`,
					label: 'Name',
					text: name,
					check: (text) =>
						text.trim() === '' ? 'A node has a name.' : undefined,
					onSubmit: async (text) => carryOut(tools, renameEdit(name, text)),
				}),
			);
		},
	},
	{
		id: 'graph.delete',
		keys: ['d', 'delete'],
		label: 'delete',
		help: 'the node, or the marked ones, with their wires',
		isChange: true,
		disabled: needsNode,
		async run(tools) {
			const nodes = chosenNodes(tools.view());
			const exported = await exportChosen(tools);
			await carryOut(tools, deleteEdit(graphIn(tools.view()), nodes, exported));
		},
	},
	{
		id: 'graph.undo',
		keys: ['z'],
		label: 'undo',
		help: 'take back the last change that was made here',
		isChange: true,
		disabled: ({slice: {history}}) =>
			history.done.length === 0 ? 'nothing left to undo' : undefined,
		run: undo,
	},
	{
		id: 'graph.redo',
		keys: ['Z'],
		label: 'redo',
		help: 'make the change again that was taken back last',
		isChange: true,
		isQuiet: true,
		disabled: ({slice: {history}}) =>
			history.undone.length === 0 ? 'nothing left to redo' : undefined,
		run: redo,
	},
	{
		id: 'graph.copy',
		keys: ['y'],
		label: 'copy',
		help: 'the node, or the marked ones, as a graph file',
		isQuiet: true,
		disabled: needsNode,
		async run(tools) {
			// Loaded when it is needed: reading YAML takes a library.
			const {printGraph} = await import('./graph-text.js');
			const copied = printGraph(await exportChosen(tools));
			tools.update((slice) => ({...slice, copied}));
			tools.copy(copied, 'as a graph file');
		},
	},
	{
		id: 'graph.paste',
		keys: ['p'],
		label: 'paste',
		help: "what was copied here; the terminal's own paste works too",
		isChange: true,
		isQuiet: true,
		disabled: ({slice: {copied}}) =>
			copied === undefined ? 'nothing was copied here' : undefined,
		async run(tools, argument) {
			const text = argument === '' ? tools.view().slice.copied : argument;
			if (text !== undefined) {
				await pasteGraph(tools, text);
			}
		},
	},
	{
		id: 'graph.duplicate',
		keys: ['D'],
		label: 'duplicate',
		help: 'the node, or the marked ones with the wires between them',
		isChange: true,
		isQuiet: true,
		disabled: needsNode,
		async run(tools) {
			const document = await exportChosen(tools);
			await carryOut(tools, {
				...pasteEdit(graphIn(tools.view()), document),
				label: `duplicated ${Object.keys(document.nodes).join(', ')}`,
			});
		},
	},
	{
		id: 'graph.pause',
		keys: ['P'],
		label: 'pause',
		help: 'pause the node, or let it go on: nothing in a paused one is processed or dispatched',
		isChange: true,
		isQuiet: true,
		disabled: needsNode,
		run: async (tools) => carryOut(tools, pauseEdit(chosenNodes(tools.view()))),
	},
	{
		id: 'graph.move-tasks',
		keys: ['m'],
		label: 'move tasks',
		help: 'to another node, by its letters: those in the node (of the group that is lit), or the task whose way is shown',
		isChange: true,
		isQuiet: true,
		disabled(view) {
			const moving = movable(view);
			return typeof moving === 'string' ? moving : undefined;
		},
		run: moveTasks,
	},
	{
		id: 'graph.retry',
		keys: ['E'],
		label: 'retry errors',
		help: 'let the tasks in error in the node try again',
		isChange: true,
		isQuiet: true,
		disabled: (view) =>
			chosenNodes(view).some(({counts}) => (counts['error'] ?? 0) > 0)
				? undefined
				: 'no task is in error here',
		async run(tools) {
			const names = chosenNodes(tools.view()).map(({name}) => name);
			await tools.change({
				method: 'node.act',
				params: {action: 'retry_errors', names},
				command: `node retry-errors ${names.join(' ')}`,
				said: ({changed}) => `${changed} tasks try again`,
			});
		},
	},
	{
		id: 'graph.mark',
		keys: ['space'],
		label: 'mark',
		help: 'mark the node, or not; what follows acts on all marked ones',
		isQuiet: true,
		disabled: needsNode,
		run(tools) {
			tools.update((slice) => {
				const {selected} = slice;
				const marks = new Set(slice.marks);
				if (selected !== undefined && !marks.delete(selected)) {
					marks.add(selected);
				}

				return {...slice, marks};
			});
		},
	},
	{
		id: 'graph.mark-all',
		keys: ['*'],
		label: 'mark all',
		help: 'mark every node',
		isQuiet: true,
		run(tools) {
			const all = new Set(graphIn(tools.view()).nodes.map(({id}) => id));
			tools.update((slice) => ({...slice, marks: all}));
		},
	},
];
