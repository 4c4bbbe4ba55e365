import {countsOf, countsStrip} from '../../graph/counts-strip.js';
import {graphGlyphs} from '../../graph/glyphs.js';
import {graphTree, guideText, type TreeLine} from '../../graph/tree.js';
import type {DrawnLine} from '../../list/list-lines.js';
import {fitLine, type Line} from '../../text/span.js';
import {lineOf} from './graph-roles.js';
import {graphIn, panesOf, type GraphView} from './graph-slice.js';

/** The graph as a tree, the selected node's line in the middle where it is long. */
export const treeLines = (
	view: GraphView,
	{columns, rows}: {readonly columns: number; readonly rows: number},
): readonly DrawnLine[] => {
	const tree = graphTree(graphIn(view));
	const {at, top} = shownPart(tree, view, rows);
	return Array.from({length: rows}, (_, index) => {
		const shown = tree[top + index];
		if (shown === undefined) {
			return {line: fitLine([], columns)};
		}

		return {
			line: fitLine(treeLine(shown, view), columns),
			...(top + index === at && {backdrop: 'selected' as const}),
		};
	});
};

/** The node whose line is there, counted from the pane's first. */
export const nodeAtTreeRow = (
	view: GraphView,
	row: number,
): TreeLine['node'] | undefined => {
	const tree = graphTree(graphIn(view));
	const {rows} = panesOf(view).drawing ?? view.body;
	return row < 0
		? undefined
		: tree[shownPart(tree, view, rows).top + row]?.node;
};

/** The node whose line is so many lines away. */
export const stepInTree = (
	view: GraphView,
	by: number,
): TreeLine['node'] | undefined => {
	const tree = graphTree(graphIn(view)).filter(({isAgain}) => !isAgain);
	return tree[
		Math.max(0, Math.min(tree.length - 1, lineOfNode(tree, view) + by))
	]?.node;
};

/** The selected node's line, and the first that is seen. */
const shownPart = (
	tree: readonly TreeLine[],
	view: GraphView,
	rows: number,
): {readonly at: number; readonly top: number} => {
	const at = Math.max(0, lineOfNode(tree, view));
	return {
		at,
		top: Math.max(0, Math.min(tree.length - rows, at - Math.floor(rows / 2))),
	};
};

const lineOfNode = (tree: readonly TreeLine[], {slice}: GraphView): number =>
	tree.findIndex(({node, isAgain}) => node.id === slice.selected && !isAgain);

const treeLine = (
	{node, guides, output, input, isAgain}: TreeLine,
	{slice, theme}: GraphView,
): Line => {
	const glyphs = graphGlyphs(theme.glyphs);
	const mark = slice.marks.has(node.id) ? glyphs.marked : ' ';
	return [
		{text: node.enabled ? mark : glyphs.disabled, role: 'mark'},
		{text: guideText(guides, {isAscii: glyphs.isAscii}), role: 'dim'},
		...(output === undefined
			? []
			: [{text: `${output}: `, role: 'dim' as const}]),
		{
			text: node.name,
			role: isAgain ? 'dim' : node.id === slice.selected ? 'key' : 'strong',
		},
		...(input === undefined
			? []
			: [{text: ` (by ${input})`, role: 'dim' as const}]),
		...(isAgain
			? [{text: ` ${theme.glyphs.up}`, role: 'dim' as const}]
			: [
					{text: `  ${node.type}  `, role: 'dim' as const},
					...lineOf(countsStrip(countsOf(node), {width: 24, glyphs})),
				]),
	];
};
