import {Lines} from '../components/lines.js';
import {fitLine, type Line} from '../text/span.js';
import {asDialog, type Dialog, type DialogView} from './dialog.js';

type Content = {readonly lines: readonly Line[]; readonly top: number};

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
	asDialog<Content>({
		title,
		isLarge: true,
		content: {lines, top: 0},
		hints: () => [
			{key: 'y', label: 'apply'},
			{key: 'e', label: 'edit again'},
			{key: 'n', label: 'leave it as it was'},
		],
		onInput(content, event) {
			if (event.kind !== 'key') {
				return undefined;
			}

			switch (event.name) {
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

				case 'j':
				case 'down': {
					return {
						content: {
							...content,
							top: Math.min(content.lines.length - 1, content.top + 1),
						},
					};
				}

				case 'k':
				case 'up': {
					return {content: {...content, top: Math.max(0, content.top - 1)}};
				}

				default: {
					return undefined;
				}
			}
		},
		Component: ConfirmChangeView,
	});

function ConfirmChangeView({
	content: {lines, top},
	theme,
	columns,
	rows,
}: DialogView<Content>) {
	const shown = lines.slice(top, top + rows);
	return (
		<Lines
			lines={shown.map((line) => ({line: fitLine(line, columns)}))}
			theme={theme}
		/>
	);
}
