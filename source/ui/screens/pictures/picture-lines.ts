import {bytesText} from '../../text/amount-text.js';
import {fitLine, widthOf, type Line, type Span} from '../../text/span.js';
import {wrapText} from '../../text/wrap-text.js';
import {
	gridOf,
	isTerminalKnown,
	placesOf,
	type Place,
} from './place-pictures.js';
import type {PicturesView} from './pictures-slice.js';

/** The body's lines: names, and what has to be said. Where pictures lie over them they are blank, in another way with each generation, and otherwise than on other screens: what is not the same as before is drawn again, and the pictures there are gone. */
export const pictureLines = (
	view: PicturesView,
	generation: number,
): readonly Line[] => {
	const {columns, rows} = view.body;
	const texts: Text[] =
		whyNothing(view) ?? placesOf(view).flatMap((place) => textsOf(place, view));
	return Array.from({length: rows}, (_, row) => {
		const here = texts
			.filter((text) => text.row === row)
			.toSorted((a, b) => a.column - b.column);
		const line: Span[] = [];
		let at = 0;
		for (const {column, width, spans} of here) {
			line.push(blank(column - at, generation), ...fitLine(spans, width));
			at = column + width;
		}

		return [...line, blank(columns - at, generation)];
	});
};

/** Bold and pale spaces look the same, and Ink, which writes only the cells that differ, writes each anew. */
const blank = (width: number, generation: number): Span => ({
	text: ' '.repeat(Math.max(0, width)),
	role: generation % 2 === 0 ? 'strong' : 'dim',
});

type Text = {
	readonly row: number;
	readonly column: number;
	readonly width: number;
	readonly spans: Line;
};

const whyNothing = (view: PicturesView): Text[] | undefined => {
	const {slice, state, body} = view;
	const reason =
		state.settings.pictures.protocol === 'off'
			? 'Pictures are switched off: viewer.pictures in the configuration says "off".'
			: slice.files.length === 0
				? 'No pictures were chosen. Press i on a task whose attributes name picture files, or in a log that does.'
				: isTerminalKnown(view)
					? undefined
					: 'Asking the terminal how it shows pictures…';
	return reason === undefined
		? undefined
		: said(reason, {row: 0, column: 0, width: body.columns, role: 'dim'});
};

const textsOf = (place: Place, view: PicturesView): Text[] => {
	const {row, column, box, outcome} = place;
	const width = box.columns;
	const caption: Text = {
		row: row + box.rows,
		column,
		width,
		spans: captionOf(place, view),
	};
	return [
		...(outcome?.kind === 'failed'
			? said(outcome.reason, {row, column, width, role: 'error'}).slice(
					0,
					box.rows,
				)
			: []),
		caption,
	];
};

const said = (
	text: string,
	{
		row,
		column,
		width,
		role,
	}: {
		readonly row: number;
		readonly column: number;
		readonly width: number;
		readonly role: Span['role'];
	},
): Text[] =>
	wrapText(text, width).map((piece, index) => ({
		row: row + index,
		column,
		width,
		spans: [{text: piece, role}],
	}));

const captionOf = (
	{index, box, outcome}: Place,
	{slice, theme}: PicturesView,
): Line => {
	const file = slice.files[index]!;
	const name = file.split(/[\/\\]/v).at(-1)!;
	if (slice.mode === 'sheet') {
		const isChosen = index === slice.index;
		// The end of a name tells one frame from the next.
		const short =
			widthOf(name) <= box.columns
				? name
				: `${theme.glyphs.ellipsis}${name.slice(1 - box.columns)}`;
		return [{text: short, role: isChosen ? 'cursor' : 'dim'}];
	}

	const picture = outcome?.kind === 'drawn' ? outcome.picture : undefined;
	const side =
		slice.mode === 'one'
			? ''
			: slice.mode === 'sides'
				? index === slice.other
					? 'A '
					: 'B '
				: slice.isOtherShown
					? 'A '
					: 'B ';
	const facts = [
		...(picture?.pixels === undefined
			? []
			: [
					`${picture.pixels.width}${theme.glyphs.times}${picture.pixels.height}`,
				]),
		...(picture === undefined ? [] : [bytesText(picture.bytes)]),
		...(outcome === undefined ? [`reading${theme.glyphs.ellipsis}`] : []),
	].join(` ${theme.glyphs.dot} `);
	return [
		{text: side, role: 'key'},
		{text: name, role: 'strong'},
		{text: facts === '' ? '' : `  ${facts}`, role: 'dim'},
		{text: `  ${file}`, role: 'dim'},
	];
};

/** At the right of the breadcrumbs. */
export const picturesStatus = (view: PicturesView): Line => {
	const {slice} = view;
	if (slice.files.length === 0) {
		return [];
	}

	const {across, down} = gridOf(view);
	const protocol = placesOf(view)[0]?.request.protocol;
	return [
		{text: `${slice.index + 1} of ${slice.files.length}`},
		...(slice.mode === 'sheet'
			? [
					{
						text: ` ${view.theme.glyphs.dot} ${across}${view.theme.glyphs.times}${down}`,
						role: 'dim' as const,
					},
				]
			: []),
		...(protocol === undefined || protocol === 'blocks'
			? []
			: [
					{
						text: ` ${view.theme.glyphs.dot} ${protocol}`,
						role: 'dim' as const,
					},
				]),
	];
};
