import type {Line} from '../text/span.js';
import {asDialog, type Dialog} from './dialog.js';
import {
	scrolled,
	ScrolledTextView,
	type ScrolledText,
} from './scrolled-text.js';

/** Shows what an edit would change before it is done: `y` does it, `e` goes on editing. */
export const confirmChange = ({
	title,
	lines,
	onYes,
	onEdit,
}: {
	readonly title: string;
	readonly lines: readonly Line[];
	readonly onYes: () => void | Promise<void>;
	readonly onEdit: () => void | Promise<void>;
}): Dialog =>
	asDialog<ScrolledText>({
		title,
		isLarge: true,
		content: {lines, top: 0},
		hints: () => [
			{key: 'y', label: 'apply'},
			{key: 'e', label: 'edit again'},
			{key: 'n', label: 'leave it as it was'},
		],
		onInput(text, event, size) {
			switch (event.kind === 'key' ? event.name : '') {
				case 'y':
				case 'enter': {
					return {isClosed: true, act: onYes};
				}

				case 'e': {
					return {isClosed: true, act: onEdit};
				}

				case 'n':
				case 'q': {
					return {isClosed: true};
				}

				default: {
					const content = scrolled(text, event, size);
					return content && {content};
				}
			}
		},
		Component: ScrolledTextView,
	});
