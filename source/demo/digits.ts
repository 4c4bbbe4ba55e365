import type {Picture} from './picture.js';

/** Height of a written number in pixels; each digit takes `digitAdvance` of width. */
export const digitHeight = 7;
export const digitAdvance = 6;

/** Writes a number into a picture, its upper left corner at `x`, `y`. */
export const writeNumber = (
	onto: Picture,
	{
		text,
		x,
		y,
		colour,
	}: {
		readonly text: string;
		readonly x: number;
		readonly y: number;
		readonly colour: readonly [number, number, number];
	},
): void => {
	for (const [place, digit] of [...text].entries()) {
		for (const [row, pixels] of (shapes[Number(digit)] ?? []).entries()) {
			for (const [column, pixel] of [...pixels].entries()) {
				if (pixel === '#') {
					onto.data.set(
						colour,
						((y + row) * onto.width + x + place * digitAdvance + column) * 3,
					);
				}
			}
		}
	}
};

const shapes: ReadonlyArray<readonly string[]> = [
	' ### |#   #|#  ##|# # #|##  #|#   #| ### ',
	'  #  | ##  |  #  |  #  |  #  |  #  | ### ',
	' ### |#   #|    #|   # |  #  | #   |#####',
	' ### |#   #|    #|  ## |    #|#   #| ### ',
	'   # |  ## | # # |#  # |#####|   # |   # ',
	'#####|#    |#### |    #|    #|#   #| ### ',
	'  ## | #   |#    |#### |#   #|#   #| ### ',
	'#####|    #|   # |  #  | #   | #   | #   ',
	' ### |#   #|#   #| ### |#   #|#   #| ### ',
	' ### |#   #|#   #| ####|    #|   # | ##  ',
].map((shape) => shape.split('|'));
