/** A piece of a text: as it stands, or an expression to put in its place. */
export type TemplatePiece =
	| {readonly kind: 'text'; readonly text: string}
	| {readonly kind: 'expression'; readonly source: string};

/**
Takes a text apart at its backticks: what stands between two of them is an expression. A backslash before a backtick keeps it.

@returns undefined where a backtick is not closed
*/
export const parseTemplate = (
	text: string,
): readonly TemplatePiece[] | undefined => {
	// Backticks that are kept stand as this meanwhile; no text that comes as JSON from people has it.
	const parts = text
		.replaceAll('\\`', kept)
		.split('`')
		.map((part) => part.replaceAll(kept, '`'));
	if (parts.length % 2 === 0) {
		return undefined;
	}

	return parts
		.map((part, index): TemplatePiece =>
			index % 2 === 0
				? {kind: 'text', text: part}
				: {kind: 'expression', source: part},
		)
		.filter((piece) => piece.kind === 'expression' || piece.text !== '');
};

const kept = '\u{F0000}';
