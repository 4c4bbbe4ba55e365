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
}: {
	readonly title: string;
	readonly lines: readonly Line[];
}): Dialog =>
	asDialog<ScrolledText>({
		title,
		isLarge: true,
		content: {lines, top: 0},
		hints: () => [
			{key: 'j/k', label: 'scroll'},
			{key: 'esc', label: 'close'},
		],
		onInput(text, event) {
			if (event.kind === 'key' && ['q', '?', 'enter'].includes(event.name)) {
				return {isClosed: true};
			}

			const content = scrolled(text, event);
			return content && {content};
		},
		Component: ScrolledTextView,
	});
