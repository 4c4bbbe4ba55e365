/** Pixels row by row, three bytes each: red, green, blue. */
export type Picture = {
	readonly width: number;
	readonly height: number;
	readonly data: Uint8Array;
};

export const blankPicture = (width: number, height: number): Picture => ({
	width,
	height,
	data: new Uint8Array(width * height * 3),
});

/** Half the width and height, every pixel the mean of four. Odd last rows and columns are left out. */
export const halved = (picture: Picture): Picture => {
	const half = blankPicture(
		Math.floor(picture.width / 2),
		Math.floor(picture.height / 2),
	);
	const row = picture.width * 3;
	for (let y = 0; y < half.height; y++) {
		for (let x = 0; x < half.width; x++) {
			for (let channel = 0; channel < 3; channel++) {
				const from = 2 * y * row + 6 * x + channel;
				half.data[(y * half.width + x) * 3 + channel] = Math.round(
					(byte(picture, from) +
						byte(picture, from + 3) +
						byte(picture, from + row) +
						byte(picture, from + row + 3)) /
						4,
				);
			}
		}
	}

	return half;
};

/** Copies `picture` into `onto`, its upper left corner at `x`, `y`. It must fit. */
export const place = (
	onto: Picture,
	{
		picture,
		x,
		y,
	}: {readonly picture: Picture; readonly x: number; readonly y: number},
): void => {
	for (let row = 0; row < picture.height; row++) {
		const from = row * picture.width * 3;
		onto.data.set(
			picture.data.subarray(from, from + picture.width * 3),
			((y + row) * onto.width + x) * 3,
		);
	}
};

const byte = (picture: Picture, index: number): number =>
	picture.data[index] ?? 0;
