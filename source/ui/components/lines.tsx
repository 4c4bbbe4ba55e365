import {Text} from 'ink';
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
			text={lines
				.map(({line, backdrop}) =>
					isDimmed
						? theme.paint(
								line.map(({text}) => ({text})),
								'dimmed',
							)
						: theme.paint(line, backdrop),
				)
				.join('\n')}
		/>
	);
}

const Block = memo(({text}: {readonly text: string}) => (
	<Text wrap="truncate-end">{text}</Text>
));
