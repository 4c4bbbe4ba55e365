import type {InputEvent} from '../../terminal/decode-input.js';
import {whyReadOnly} from '../../state.js';
import {askedLetters} from './graph-lines.js';
import type {Asking, GraphTools} from './graph-slice.js';
import {pasteGraph} from './paste-graph.js';

/** Letters while a place is asked for, and what the terminal pastes at any time. */
export const askingInput = (tools: GraphTools, event: InputEvent): boolean => {
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

	if (!/^[a-z]$/v.test(event.name)) {
		// Some capital letters move the drawing meanwhile; what others, and Enter, would do to a node is not meant.
		return (
			/^(?:[*A-Z]|enter|space|delete)$/v.test(event.name) &&
			!/^[HJKL]$/v.test(event.name)
		);
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

/** Takes a place that was asked for. */
export const choosePlace = (
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
