import type {Raster} from './raster.js';

/** Steps of red, green and blue: 252 colours, of which a terminal has 256 at least. */
const steps = [6, 7, 6] as const;
/** Pixels of a band. */
const bandRows = 6;

/** A picture for terminals that understand sixels, pixel for pixel. What is not opaque lies over black. */
export const sixelPicture = (raster: Raster): string => {
	const {width, height} = raster;
	const colours = dithered(raster);
	const used = new Set(colours);
	const bands = Array.from({length: Math.ceil(height / bandRows)}, (_, band) =>
		bandOf(colours, {width, height, top: band * bandRows}),
	);
	return `\u{1B}P0;1;q"1;1;${width};${height}${[...used].map((colour) => registerOf(colour)).join('')}${bands.join('-')}\u{1B}\\`;
};

/** Ordered dithering (Bayer, 4×4): each pixel by itself, so that the next frame's same pixels come out the same. */
const dithered = ({width, height, data}: Raster): Uint8Array => {
	const colours = new Uint8Array(width * height);
	for (let pixel = 0; pixel < colours.length; pixel++) {
		const threshold =
			(bayer[(Math.floor(pixel / width) % 4) * 4 + ((pixel % width) % 4)]! +
				0.5) /
			16;
		const from = pixel * 4;
		const opacity = data[from + 3]! / 255;
		let colour = 0;
		for (const [channel, count] of steps.entries()) {
			const exact = ((data[from + channel]! * opacity) / 255) * (count - 1);
			colour =
				colour * count + Math.min(count - 1, Math.floor(exact + threshold));
		}

		colours[pixel] = colour;
	}

	return colours;
};

const bayer = [0, 8, 2, 10, 12, 4, 14, 6, 3, 11, 1, 9, 15, 7, 13, 5];

/** In hundredths. */
const registerOf = (colour: number): string => {
	const [, greens, blues] = steps;
	const red = Math.floor(colour / (greens * blues));
	const green = Math.floor(colour / blues) % greens;
	const blue = colour % blues;
	return `#${colour};2;${[red, green, blue]
		.map((step, channel) => Math.round((step * 100) / (steps[channel]! - 1)))
		.join(';')}`;
};

/** Six rows, colour by colour, each over the whole width. */
const bandOf = (
	colours: Uint8Array,
	{
		width,
		height,
		top,
	}: {readonly width: number; readonly height: number; readonly top: number},
): string => {
	const columns = new Map<number, Uint8Array>();
	for (let row = 0; row < Math.min(bandRows, height - top); row++) {
		for (let column = 0; column < width; column++) {
			const colour = colours[(top + row) * width + column]!;
			let bits = columns.get(colour);
			if (bits === undefined) {
				bits = new Uint8Array(width);
				columns.set(colour, bits);
			}

			bits[column]! += 2 ** row;
		}
	}

	return [...columns]
		.map(([colour, bits]) => `#${colour}${runsOf(bits)}`)
		.join('$');
};

const runsOf = (bits: Uint8Array): string => {
	let text = '';
	for (let from = 0; from < bits.length;) {
		let end = from + 1;
		while (end < bits.length && bits[end] === bits[from]) {
			end += 1;
		}

		const character = String.fromCodePoint(63 + bits[from]!);
		const count = end - from;
		text += count > 3 ? `!${count}${character}` : character.repeat(count);
		from = end;
	}

	return text;
};
