/** A picture as pixels: four bytes each, red, green, blue and opacity, row by row from the top. */
export type Raster = {
	readonly width: number;
	readonly height: number;
	readonly data: Uint8Array;
};

export type PixelSize = {readonly width: number; readonly height: number};

/** The same picture in another size, each pixel the mean of those that it stands for; enlarged, each pixel is repeated. */
export const scaleRaster = (
	{width, height, data}: Raster,
	size: PixelSize,
): Raster => {
	const scaled = new Uint8Array(size.width * size.height * 4);
	const columns = edgesOf(width, size.width);
	const rows = edgesOf(height, size.height);
	let at = 0;
	for (let row = 0; row < size.height; row++) {
		const [top, bottom] = rows[row]!;
		for (let column = 0; column < size.width; column++) {
			const [left, right] = columns[column]!;
			let red = 0;
			let green = 0;
			let blue = 0;
			let opacity = 0;
			for (let y = top; y < bottom; y++) {
				const end = (y * width + right) * 4;
				for (let from = (y * width + left) * 4; from < end; from += 4) {
					// What is not seen has no colour to give.
					const weight = data[from + 3]!;
					red += data[from]! * weight;
					green += data[from + 1]! * weight;
					blue += data[from + 2]! * weight;
					opacity += weight;
				}
			}

			if (opacity > 0) {
				scaled[at] = Math.round(red / opacity);
				scaled[at + 1] = Math.round(green / opacity);
				scaled[at + 2] = Math.round(blue / opacity);
				scaled[at + 3] = Math.round(
					opacity / ((bottom - top) * (right - left)),
				);
			}

			at += 4;
		}
	}

	return {...size, data: scaled};
};

/** From which to which pixel each of so many goes; at least one. */
const edgesOf = (
	from: number,
	to: number,
): ReadonlyArray<readonly [first: number, end: number]> =>
	Array.from({length: to}, (_, index) => {
		const first = Math.min(from - 1, Math.floor((index * from) / to));
		return [
			first,
			Math.max(first + 1, Math.floor(((index + 1) * from) / to)),
		] as const;
	});
