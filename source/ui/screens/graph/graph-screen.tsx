import {Box} from 'ink';
import {DetailPane} from '../../components/detail-pane.js';
import {Lines} from '../../components/lines.js';
import {type zooms} from '../../graph/graph.js';
import {waitingText} from '../../live/waiting-text.js';
import {plural} from '../../text/amount-text.js';
import {fitLine, type Line} from '../../text/span.js';
import {defineScreen, liveOf} from '../../screen.js';
import {isConnected} from '../../state.js';
import {askedLetters, graphLines} from './graph-lines.js';
import {askingInput} from './asking.js';
import {editBindings} from './edit-bindings.js';
import {noHistory} from './edit.js';
import {followLayout} from './follow-layout.js';
import {followParameters} from './follow-parameters.js';
import {followTraveller} from './follow-traveller.js';
import {
	graphIn,
	isTree,
	panesOf,
	selectedNode,
	windowIn,
	type GraphSlice,
	type GraphView,
} from './graph-slice.js';
import {nodeDetail} from './node-detail.js';
import {pointed} from './pointing.js';
import {settleGraph} from './settle-graph.js';
import {treeLines} from './tree-lines.js';
import {walkBindings} from './walk-bindings.js';

/** The graph of nodes, drawn; walked on, and edited. */
export const graphScreen = defineScreen<GraphSlice>({
	name: 'graph',
	title: 'Graph',
	aliases: ['nodes', 'n'],
	help: 'the graph of nodes',
	open: ({group, node, tasks}) => ({
		zoom: undefined,
		isTree: undefined,
		laid: undefined,
		askedKey: undefined,
		fault: undefined,
		origin: {x: 0, y: 0},
		held: undefined,
		selected: undefined,
		revealed: undefined,
		awaited: node,
		cameFrom: undefined,
		marks: new Set(),
		asking: undefined,
		sought: '',
		history: noHistory,
		copied: undefined,
		rows: undefined,
		flashes: undefined,
		litGroup: group,
		traveller: tasks?.[0],
		way: undefined,
		askedAsOf: undefined,
		detailTop: 0,
		parameters: undefined,
		askedParameters: undefined,
	}),
	crumb: ({litGroup}) =>
		litGroup === undefined ? 'graph' : `graph with ${litGroup}`,
	watches: ({slice: {litGroup, traveller}}) => ({
		graph: {what: 'graph'},
		traveller:
			traveller === undefined ? undefined : {what: 'task', id: traveller},
		lit:
			litGroup === undefined
				? undefined
				: {what: 'places', filter: {group: litGroup}},
	}),
	settle: settleGraph,
	follow(tools) {
		followLayout(tools);
		followTraveller(tools);
		followParameters(tools);
	},
	ages: ({slice, state}) =>
		slice.flashes !== undefined && slice.flashes.until > state.now
			? Math.max(100, slice.flashes.until - state.now)
			: undefined,
	status,
	bindings: [...walkBindings, ...editBindings],
	hints: ({slice: {asking}}) =>
		asking === undefined
			? undefined
			: [
					{key: 'letters', label: 'choose'},
					{key: 'H J K L', label: 'move the drawing'},
					{key: 'esc', label: 'leave'},
				],
	onInput: (tools, event) =>
		event.kind === 'mouse' ? pointed(tools, event) : askingInput(tools, event),
	Component: GraphBody,
});

function status(view: GraphView): Line {
	const {slice} = view;
	const way = liveOf(view, 'traveller', 'task');
	const zoom =
		slice.laid === undefined
			? 'being laid out'
			: isTree(view)
				? 'tree'
				: zoomNames[slice.laid.layout.zoom];
	return [
		...(slice.traveller === undefined
			? []
			: [
					way?.status === 'failed'
						? {text: `${way.error ?? ''}  `, role: 'error' as const}
						: {
								text: `way of task ${slice.traveller}  `,
								role: 'mark' as const,
							},
				]),
		...(slice.marks.size === 0
			? []
			: [{text: `${slice.marks.size} marked  `, role: 'mark' as const}]),
		{
			text: `${plural(graphIn(view).nodes.length, 'node')}  ${zoom} `,
			role: 'dim',
		},
	];
}

const zoomNames: Readonly<Record<(typeof zooms)[number], string>> = {
	full: 'boxes',
	line: 'lines',
	dot: 'dots',
};

function GraphBody({view}: {readonly view: GraphView}) {
	const {drawing, detail} = panesOf(view);
	return (
		<Box>
			{drawing && (
				<Box width={drawing.columns} height={drawing.rows} flexShrink={0}>
					<Lines
						lines={bodyLines(view, drawing)}
						theme={view.theme}
						isDimmed={!isConnected(view.state)}
					/>
				</Box>
			)}
			{detail && (
				<DetailPane
					view={view}
					lines={nodeDetail(selectedNode(view), {
						graph: graphIn(view),
						glyphs: view.theme.glyphs,
						width: detail.columns - 3,
						parameters:
							view.slice.parameters?.node === view.slice.selected
								? view.slice.parameters?.values
								: undefined,
					})}
					top={view.slice.detailTop}
					size={detail}
					hasRule={drawing !== undefined}
				/>
			)}
		</Box>
	);
}

const bodyLines = (
	view: GraphView,
	size: {readonly columns: number; readonly rows: number},
) => {
	const {slice, theme} = view;
	const window = windowIn(view);
	const message = messageOf(view);
	if (message !== undefined) {
		return [
			{line: fitLine([], size.columns)},
			{line: fitLine([message], size.columns)},
		];
	}

	const lines =
		isTree(view) || slice.laid === undefined
			? treeLines(view, size)
			: graphLines(view).map((line) => ({line}));
	const question = slice.asking?.question;
	return question === undefined || window === undefined
		? lines
		: [
				...lines.slice(0, -1),
				{
					line: fitLine(
						[
							{text: ` ${question} `, role: 'match'},
							{text: ` ${slice.asking?.typed ?? ''}`, role: 'key'},
							{
								text: `${theme.glyphs.ellipsis} ${askedLetters(view).length} to choose from; esc leaves`,
								role: 'dim',
							},
						],
						size.columns,
					),
				},
			];
};

const messageOf = (view: GraphView): Line[number] | undefined => {
	const {slice} = view;
	const window = windowIn(view);
	if (window?.status === 'failed') {
		return {text: `  ${window.error ?? ''}`, role: 'error'};
	}

	if (slice.fault !== undefined) {
		return {text: `  ${slice.fault}`, role: 'error'};
	}

	if (window === undefined || window.status === 'loading') {
		return {text: `  ${waitingText(view)}`, role: 'dim'};
	}

	return window.rows.length === 0
		? {
				text: '  There are no nodes: a adds one, p pastes some.',
				role: 'dim',
			}
		: undefined;
};
