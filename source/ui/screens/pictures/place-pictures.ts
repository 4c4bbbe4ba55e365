import type {PictureRequest} from '../../pictures/draw-picture.js';
import type {CellSize} from '../../pictures/fit-picture.js';
import {protocolOf} from '../../pictures/picture-protocol.js';
import type {Outcome, PicturesSlice, PicturesView} from './pictures-slice.js';

/** Where a picture goes, and what is asked for to have it. */
export type Place = {
	/** Among the files. */
	readonly index: number;
	/** In the body, from 0. */
	readonly column: number;
	readonly row: number;
	readonly box: CellSize;
	readonly key: string;
	readonly request: PictureRequest;
	readonly outcome: Outcome | undefined;
};

/** Where a terminal does not tell: what most have. */
const usualCell = {width: 10, height: 20};
const sheetColumns = 26;
const sheetRows = 9;

/** Columns and rows of a sheet's grid, and the cells that each picture has there, with a row for its name. */
export const gridOf = ({
	slice,
	body,
}: PicturesView): {
	readonly across: number;
	readonly down: number;
	readonly width: number;
	readonly height: number;
	/** Index of the first that is shown. */
	readonly first: number;
} => {
	const count = Math.max(1, slice.files.length);
	const across = Math.max(
		1,
		Math.min(
			Math.floor(body.columns / sheetColumns),
			// A few are shown larger: as near to a square as may be.
			Math.ceil(Math.sqrt(count)),
		),
	);
	const down = Math.max(
		1,
		Math.min(Math.floor(body.rows / sheetRows), Math.ceil(count / across)),
	);
	const page = across * down;
	return {
		across,
		down,
		width: Math.floor(body.columns / across),
		height: Math.floor(body.rows / down),
		first: Math.floor(slice.index / page) * page,
	};
};

/** The pictures that are to be seen now. None before it is known how the terminal wants them. */
export const placesOf = (view: PicturesView): readonly Place[] => {
	const {slice, body, state} = view;
	const {protocol, colours} = state.settings.pictures;
	if (
		protocol === 'off' ||
		slice.files.length === 0 ||
		!isTerminalKnown(view)
	) {
		return [];
	}

	const place = (
		index: number,
		{
			column,
			row,
			...box
		}: {
			readonly column: number;
			readonly row: number;
		} & CellSize,
	): Place => {
		const request: PictureRequest = {
			file: slice.files[index]!,
			box,
			protocol: protocolOf(protocol, slice.answers),
			colours,
			cell: slice.answers.cell ?? usualCell,
		};
		const key = JSON.stringify(request);
		return {
			index,
			column,
			row,
			box,
			key,
			request,
			outcome: slice.outcomes.get(key),
		};
	};

	const rows = body.rows - 1;
	switch (slice.mode) {
		case 'one':
		case 'flicker': {
			return [
				place(shownIndex(slice), {
					column: 0,
					row: 0,
					columns: body.columns,
					rows,
				}),
			];
		}

		case 'sides': {
			const columns = Math.floor((body.columns - 1) / 2);
			return [
				place(slice.other, {column: 0, row: 0, columns, rows}),
				place(slice.index, {column: columns + 1, row: 0, columns, rows}),
			];
		}

		case 'sheet': {
			const {across, down, width, height, first} = gridOf(view);
			return slice.files.slice(first, first + across * down).map((_, nth) =>
				place(first + nth, {
					column: (nth % across) * width,
					row: Math.floor(nth / across) * height,
					columns: width - 1,
					rows: height - 1,
				}),
			);
		}
	}
};

/** The one that is shown where only one is. */
const shownIndex = ({
	mode,
	index,
	other,
	isOtherShown,
}: PicturesSlice): number =>
	mode === 'flicker' && isOtherShown ? other : index;

/** Half-blocks need no answer. */
export const isTerminalKnown = ({slice, state}: PicturesView): boolean =>
	slice.answers.isComplete || state.settings.pictures.protocol === 'blocks';
