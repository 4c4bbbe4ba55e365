import {Box, Text} from 'ink';
import type {Dialog} from '../dialogs/dialog.js';
import {dialogSize} from '../dialogs/dialog-size.js';
import type {State} from '../state.js';
import type {Theme} from '../theme/theme.js';
import {fit} from '../text/span.js';
import {asciiBorder, unicodeBorder} from '../theme/borders.js';

/** The dialog on top, over the view. */
export function DialogFrame({
	dialog,
	state,
	theme,
}: {
	readonly dialog: Dialog;
	readonly state: State;
	readonly theme: Theme;
}) {
	const {columns, rows} = state.size;
	const inner = dialogSize(dialog, state.size);
	const width = inner.columns + 4;
	const {Component} = dialog;
	return (
		<Box
			position="absolute"
			width={columns}
			height={rows - 1}
			alignItems="center"
			justifyContent="center"
		>
			<Box
				flexDirection="column"
				borderStyle={
					theme.glyphs.vertical === '|' ? asciiBorder : unicodeBorder
				}
				{...theme.borderColour(dialog.tone ?? 'normal')}
				paddingX={1}
				width={width}
			>
				{/* What is below shows where nothing is written: beside the text. */}
				<Box
					position="absolute"
					marginLeft={-1}
					width={width - 2}
					height="100%"
					overflow="hidden"
				>
					<Text>{`${' '.repeat(width - 2)}\n`.repeat(inner.rows + 1)}</Text>
				</Box>
				<Text>
					{theme.paint([
						{text: fit(dialog.title, inner.columns), role: 'title'},
					])}
				</Text>
				<Component
					content={dialog.content}
					theme={theme}
					columns={inner.columns}
					rows={inner.rows}
				/>
			</Box>
		</Box>
	);
}
