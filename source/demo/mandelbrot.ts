import {blankPicture, type Picture} from './picture.js';
import {colourAt} from './palette.js';
import type {View} from './zoom.js';

/**
The Mandelbrot set through a view, lit from the upper left as if the colours were a landscape.

Every pixel is the mean of `samples` × `samples` points. `onRow` is told after each row how many are done.
*/
export const renderMandelbrot = (
	view: View,
	{
		width,
		height,
		samples,
		onRow,
	}: {
		readonly width: number;
		readonly height: number;
		readonly samples: number;
		readonly onRow?: (rows: number) => void;
	},
): Picture => {
	const picture = blankPicture(width, height);
	const step = view.width / (width * samples);
	const left = view.real - view.width / 2 + step / 2;
	const top = view.imaginary + (step * samples * height) / 2 - step / 2;
	const sample = new Float64Array(3);
	for (let y = 0; y < height; y++) {
		for (let x = 0; x < width; x++) {
			let red = 0;
			let green = 0;
			let blue = 0;
			for (let j = 0; j < samples; j++) {
				for (let index = 0; index < samples; index++) {
					light(
						sample,
						left + (x * samples + index) * step,
						top - (y * samples + j) * step,
						view.steps,
					);
					red += sample[0] ?? 0;
					green += sample[1] ?? 0;
					blue += sample[2] ?? 0;
				}
			}

			const count = samples * samples;
			const at = (y * width + x) * 3;
			picture.data[at] = encoded(red / count);
			picture.data[at + 1] = encoded(green / count);
			picture.data[at + 2] = encoded(blue / count);
		}

		onRow?.(y + 1);
	}

	return picture;
};

/** Far beyond 2, where a point's escape is certain, so that the colour between two steps is smooth. */
const escape = 1e4;
/** Where the light comes from, seen from above, and how high it stands. */
const lightReal = Math.SQRT1_2;
const lightImaginary = Math.SQRT1_2;
const lightHeight = 1.4;
/** The colour of the set itself: not quite black. */
const inside = [0.0015, 0.002, 0.006] as const;

/** Writes the linear light of one point into `out`. */
const light = (
	out: Float64Array,
	real: number,
	imaginary: number,
	steps: number,
): void => {
	let zr = 0;
	let zi = 0;
	// The derivative of z by the point: it says which way the landscape slopes.
	let dr = 0;
	let di = 0;
	let zr2 = 0;
	let zi2 = 0;
	let step = isInside(real, imaginary) ? steps : 0;
	// A point that comes back to where it was goes round for ever.
	let oldReal = 0;
	let oldImaginary = 0;
	let nextLook = 8;
	while (step < steps && zr2 + zi2 < escape) {
		const nextDr = 2 * (zr * dr - zi * di) + 1;
		di = 2 * (zr * di + zi * dr);
		dr = nextDr;
		zi = 2 * zr * zi + imaginary;
		zr = zr2 - zi2 + real;
		zr2 = zr * zr;
		zi2 = zi * zi;
		step++;
		if (zr === oldReal && zi === oldImaginary) {
			step = steps;
		} else if (step === nextLook) {
			oldReal = zr;
			oldImaginary = zi;
			nextLook *= 2;
		}
	}

	if (step >= steps) {
		out.set(inside);
		return;
	}

	const size = zr2 + zi2;
	const smooth = step + 1 - Math.log2(Math.log(size) / Math.log(escape));
	const [red, green, blue] = colourAt(0.05 + 0.16 * Math.sqrt(smooth));
	// The slope: z divided by its derivative, as a direction of length one.
	const square = dr * dr + di * di;
	const slopeReal = (zr * dr + zi * di) / square;
	const slopeImaginary = (zi * dr - zr * di) / square;
	const length = Math.max(
		Number.MIN_VALUE,
		Math.hypot(slopeReal, slopeImaginary),
	);
	const facing =
		((slopeReal * lightReal + slopeImaginary * lightImaginary) / length +
			lightHeight) /
		(1 + lightHeight);
	const shade = 0.25 + 0.85 * Math.max(0, facing);
	out[0] = red * shade;
	out[1] = green * shade;
	out[2] = blue * shade;
};

/** Within the two largest parts of the set, which would cost the most steps. */
const isInside = (real: number, imaginary: number): boolean => {
	const squared = imaginary * imaginary;
	const q = (real - 0.25) ** 2 + squared;
	return (
		q * (q + (real - 0.25)) <= 0.25 * squared ||
		(real + 1) ** 2 + squared <= 0.0625
	);
};

/** A byte of sRGB for linear light. */
const encoded = (value: number): number =>
	Math.round(255 * Math.min(1, value) ** (1 / 2.2));
