import {Text, Transform} from 'ink';
import {memo} from 'react';
import type {DrawnLine} from '../list/list-lines.js';
import type {Theme} from '../theme/theme.js';

/** Lines that have been laid out, each of the full width: one text for all of them, which is many times quicker to draw than a box for each cell. */
export function Lines({
	lines,
	theme,
	isDimmed = false,
}: {
	readonly lines: readonly DrawnLine[];
	readonly theme: Theme;
	readonly isDimmed?: boolean;
}) {
	return (
		<Block
			lines={lines.map(({line, backdrop}) =>
				isDimmed
					? theme.paint(
							line.map(({text}) => ({text})),
							'dimmed',
						)
					: theme.paint(line, backdrop),
			)}
		/>
	);
}

/** Ink measures what is written in it, and so is given a blank for each line; the lines themselves, whose size is known, come in as they are drawn. */
const Block = memo(
	({lines}: {readonly lines: readonly string[]}) => (
		<Transform transform={(_blank, index) => lines[index] ?? ''}>
			<Text>{lines.map(() => ' ').join('\n')}</Text>
		</Transform>
	),
	(before, after) =>
		before.lines.length === after.lines.length &&
		before.lines.every((line, index) => line === after.lines[index]),
);
