import {Lines} from '../components/lines.js';
import {fitLine, type Line} from '../text/span.js';
import {asDialog, type Dialog, type DialogView} from './dialog.js';

type Content = {readonly lines: readonly Line[]; readonly top: number};

/** Something to read, over most of the screen. */
export const readText = ({
	title,
	lines,
}: {
	readonly title: string;
	readonly lines: readonly Line[];
}): Dialog =>
	asDialog<Content>({
		title,
		isLarge: true,
		content: {lines, top: 0},
		hints: () => [
			{key: 'j/k', label: 'scroll'},
			{key: 'esc', label: 'close'},
		],
		onInput(content, event) {
			if (event.kind !== 'key') {
				return undefined;
			}

			const by = steps.get(event.name);
			if (by !== undefined) {
				return {
					content: {
						...content,
						top: Math.max(
							0,
							Math.min(content.lines.length - 1, content.top + by),
						),
					},
				};
			}

			return ['q', '?', 'enter'].includes(event.name)
				? {isClosed: true}
				: undefined;
		},
		Component: ReadTextView,
	});

const steps: ReadonlyMap<string, number> = new Map([
	['j', 1],
	['down', 1],
	['k', -1],
	['up', -1],
	['pagedown', 10],
	['space', 10],
	['ctrl+d', 10],
	['ctrl+f', 10],
	['pageup', -10],
	['ctrl+u', -10],
	['ctrl+b', -10],
	['g', -1e9],
	['home', -1e9],
	['G', 1e9],
	['end', 1e9],
]);

function ReadTextView({
	content: {lines, top},
	theme,
	columns,
	rows,
}: DialogView<Content>) {
	const begin = Math.max(0, Math.min(top, lines.length - rows));
	const shown = Array.from({length: rows}, (_, index) => ({
		line: fitLine(lines[begin + index] ?? [], columns),
	}));
	return <Lines lines={shown} theme={theme} />;
}
