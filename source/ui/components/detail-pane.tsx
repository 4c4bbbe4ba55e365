import {Box} from 'ink';
import {fitLine, type Line} from '../text/span.js';
import {isConnected} from '../state.js';
import type {View} from '../screen.js';
import {Lines} from './lines.js';

/** What is told of one thing, beside its list or over the whole screen; scrolled by `top`. */
export function DetailPane({
	view,
	lines,
	top,
	size,
	hasRule,
}: {
	readonly view: View<unknown>;
	readonly lines: readonly Line[];
	readonly top: number;
	readonly size: {readonly columns: number; readonly rows: number};
	/** A line between it and what is at its left. */
	readonly hasRule: boolean;
}) {
	const {glyphs} = view.theme;
	const begin = Math.max(0, Math.min(top, lines.length - size.rows));
	const shown = Array.from({length: size.rows}, (_, index) => ({
		line: fitLine(
			[
				{text: hasRule ? `${glyphs.vertical} ` : ' ', role: 'dim'},
				...(lines[begin + index] ?? []),
			],
			size.columns,
		),
	}));
	return (
		<Box width={size.columns} height={size.rows} flexShrink={0}>
			<Lines
				lines={shown}
				theme={view.theme}
				isDimmed={!isConnected(view.state)}
			/>
		</Box>
	);
}
