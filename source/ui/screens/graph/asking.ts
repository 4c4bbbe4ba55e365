import type {InputEvent} from '../../terminal/decode-input.js';
import {hitAt} from '../../graph/hit.js';
import {whyReadOnly} from '../../state.js';
import {askedLetters} from './graph-lines.js';
import {
	isTree,
	panesOf,
	partOf,
	selectNode,
	type Asking,
	type GraphTools,
} from './graph-slice.js';
import {pasteGraph} from './paste-graph.js';

/** Rows of the header and the breadcrumbs above the body. */
const rowsAbove = 2;

/** Letters while a place is asked for; the mouse, and what the terminal pastes, at any time. */
export const askingInput = (tools: GraphTools, event: InputEvent): boolean => {
	if (event.kind === 'mouse') {
		return pointed(tools, event);
	}

	if (event.kind === 'paste') {
		pasted(tools, event.text);
		return true;
	}

	const {asking} = tools.view().slice;
	if (asking === undefined || event.kind !== 'key') {
		return false;
	}

	if (event.name === 'esc') {
		tools.update((slice) => ({...slice, asking: undefined}));
		return true;
	}

	if (event.name === 'backspace') {
		tools.update((slice) => ({
			...slice,
			asking: {...asking, typed: asking.typed.slice(0, -1)},
		}));
		return true;
	}

	// Capital letters move the drawing meanwhile.
	if (!/^[a-z]$/v.test(event.name)) {
		return false;
	}

	const typed = asking.typed + event.name;
	tools.update((slice) => ({...slice, asking: {...asking, typed}}));
	const left = askedLetters(tools.view());
	const [only] = left;
	if (only === undefined) {
		tools.update((slice) => ({...slice, asking: {...asking, typed: ''}}));
	} else if (only.letters === typed) {
		choosePlace(tools, asking, only.place);
	}

	return true;
};

const choosePlace = (
	tools: GraphTools,
	asking: Asking,
	place: Asking['places'][number],
): void => {
	tools.update((slice) => ({...slice, asking: undefined}));
	asking.onChosen(tools, place)?.catch(saying(tools));
};

/** What the terminal itself pastes is a graph file. */
const pasted = (tools: GraphTools, text: string): void => {
	const reason = whyReadOnly(tools.state());
	if (reason === undefined) {
		// Terminals paste line ends as Enter gives them.
		pasteGraph(tools, text.replaceAll(/\r\n?/gv, '\n')).catch(saying(tools));
	} else {
		tools.notice('info', `paste: ${reason}`);
	}
};

const saying =
	(tools: GraphTools) =>
	(error: unknown): void => {
		tools.notice(
			'error',
			error instanceof Error ? error.message : String(error),
		);
	};

const pointed = (
	tools: GraphTools,
	event: InputEvent & {readonly kind: 'mouse'},
): boolean => {
	const view = tools.view();
	const {laid, asking} = view.slice;
	if (laid === undefined || isTree(view) || !panesOf(view).drawing) {
		return false;
	}

	if (event.action === 'wheel-up' || event.action === 'wheel-down') {
		const by = event.action === 'wheel-up' ? -3 : 3;
		tools.update((slice) => ({
			...slice,
			origin: {
				x: slice.origin.x + (event.isShift ? 2 * by : 0),
				y: slice.origin.y + (event.isShift ? 0 : by),
			},
		}));
		return true;
	}

	if (event.action !== 'press' || event.button !== 'left') {
		return false;
	}

	const part = partOf(view);
	const hit = hitAt(laid.layout, {
		x: part.x + event.column,
		y: part.y + event.row - rowsAbove,
	});
	if (hit === undefined || hit.kind === 'wires') {
		return false;
	}

	const place = asking?.places.find(
		(one) =>
			one.node === hit.node &&
			(one.kind === 'node' || hit.kind !== 'port' || one.input === hit.port),
	);
	if (asking && place) {
		choosePlace(tools, asking, place);
	} else {
		tools.update((slice) => selectNode(slice, hit.node));
	}

	return true;
};
