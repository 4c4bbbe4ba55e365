import type {PixelSize} from './raster.js';

/** Columns and rows of the terminal. */
export type CellSize = {readonly columns: number; readonly rows: number};

/** The largest rectangle of whole cells within `box` that a picture fills without being distorted much. `cell`: pixels of one cell. */
export const fitPicture = (
	picture: PixelSize,
	box: CellSize,
	cell: PixelSize,
): CellSize => {
	const scale = Math.min(
		(box.columns * cell.width) / picture.width,
		(box.rows * cell.height) / picture.height,
	);
	const whole = (length: number, unit: number, most: number): number =>
		Math.max(1, Math.min(most, Math.round((length * scale) / unit)));
	return {
		columns: whole(picture.width, cell.width, box.columns),
		rows: whole(picture.height, cell.height, box.rows),
	};
};
