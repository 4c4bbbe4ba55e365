import type {Line} from '../text/span.js';
import {asDialog, type Dialog} from './dialog.js';
import {
	scrolled,
	ScrolledTextView,
	type ScrolledText,
} from './scrolled-text.js';

/** Something to read, over most of the screen. */
export const readText = ({
	title,
	lines,
	indent = 0,
}: {
	readonly title: string;
	readonly lines: readonly Line[];
	/** Blanks before what goes on in a line of its own. */
	readonly indent?: number;
}): Dialog =>
	asDialog<ScrolledText>({
		title,
		isLarge: true,
		content: {lines, indent, top: 0},
		hints: () => [
			{key: 'j/k', label: 'scroll'},
			{key: 'esc', label: 'close'},
		],
		onInput(text, event, size) {
			if (event.kind === 'key' && ['q', '?', 'enter'].includes(event.name)) {
				return {isClosed: true};
			}

			const content = scrolled(text, event, size);
			return content && {content};
		},
		Component: ScrolledTextView,
	});
