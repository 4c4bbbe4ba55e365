import type {Raster} from './raster.js';

/** Colours for half-blocks: all, those of the 256 that terminals share, or none. */
export type Colours = 'all' | '256' | 'none';

/** A line for every two rows of pixels, a column for each pixel: the upper is the colour of `▀`, the lower what is behind it. Without colours, characters that are more or less dark. */
export const halfBlocks = (
	raster: Raster,
	colours: Colours,
): readonly string[] =>
	Array.from({length: Math.ceil(raster.height / 2)}, (_, row) =>
		colours === 'none'
			? shadeLine(raster, row * 2)
			: blockLine(raster, row * 2, colours),
	);

const blockLine = (
	raster: Raster,
	row: number,
	colours: 'all' | '256',
): string => {
	const code = colours === 'all' ? trueColour : nearestOf256;
	let line = '';
	let lastUpper = '';
	let lastLower = '';
	for (let column = 0; column < raster.width; column++) {
		const upper = `38;${code(raster, pixelAt(raster, column, row))}`;
		const lower = `48;${code(raster, pixelAt(raster, column, row + 1))}`;
		const changed = [
			...(upper === lastUpper ? [] : [upper]),
			...(lower === lastLower ? [] : [lower]),
		];
		line += changed.length === 0 ? '▀' : `\u{1B}[${changed.join(';')}m▀`;
		lastUpper = upper;
		lastLower = lower;
	}

	return `${line}\u{1B}[0m`;
};

const ramp = ' .:-=+*#%@';

const shadeLine = (raster: Raster, row: number): string =>
	Array.from({length: raster.width}, (_, column) => {
		const light =
			(lightOf(raster, pixelAt(raster, column, row)) +
				lightOf(raster, pixelAt(raster, column, row + 1))) /
			2;
		return ramp[
			Math.min(ramp.length - 1, Math.floor((light / 256) * ramp.length))
		];
	}).join('');

/** Of the byte where a pixel begins; below the last row there is the last row again. */
const pixelAt = (
	{width, height}: Raster,
	column: number,
	row: number,
): number => (Math.min(row, height - 1) * width + column) * 4;

/** Over black, as far as one sees through it. */
const sampleAt = ({data}: Raster, pixel: number, channel: number): number =>
	Math.round((data[pixel + channel]! * data[pixel + 3]!) / 255);

const trueColour = (raster: Raster, pixel: number): string =>
	`2;${sampleAt(raster, pixel, 0)};${sampleAt(raster, pixel, 1)};${sampleAt(raster, pixel, 2)}`;

/** Of the six steps that each of red, green and blue has among the 256 colours. */
const cubeSteps = [0, 95, 135, 175, 215, 255];

const nearestOf256 = (raster: Raster, pixel: number): string => {
	const samples = [0, 1, 2].map((channel) => sampleAt(raster, pixel, channel));
	const steps = samples.map((sample) => nearestStep(sample));
	const grey = Math.max(0, Math.min(23, Math.round((mean(samples) - 8) / 10)));
	const [red = 0, green = 0, blue = 0] = steps;
	const isGreyNearer =
		distance(samples, () => 8 + grey * 10) <
		distance(samples, (channel) => cubeSteps[steps[channel]!]!);
	return `5;${isGreyNearer ? 232 + grey : 16 + red * 36 + green * 6 + blue}`;
};

const nearestStep = (sample: number): number => {
	const above = cubeSteps.findIndex((step) => step >= sample);
	return above > 0 &&
		sample - cubeSteps[above - 1]! < cubeSteps[above]! - sample
		? above - 1
		: above;
};

const mean = ([red = 0, green = 0, blue = 0]: readonly number[]): number =>
	(red + green + blue) / 3;

const distance = (
	samples: readonly number[],
	other: (channel: number) => number,
): number =>
	Math.hypot(...samples.map((sample, channel) => sample - other(channel)));

/** As the eye weighs colours (Rec. 709). */
const lightOf = (raster: Raster, pixel: number): number =>
	0.2126 * sampleAt(raster, pixel, 0) +
	0.7152 * sampleAt(raster, pixel, 1) +
	0.0722 * sampleAt(raster, pixel, 2);
