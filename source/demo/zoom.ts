/** A window on the complex plane. */
export type View = {
	readonly real: number;
	readonly imaginary: number;
	/** Of the whole picture. */
	readonly width: number;
	/** A point that has not escaped after so many steps counts as inside. */
	readonly steps: number;
};

/** The camera's way down into the seahorse valley: every frame is the same factor closer than the one before. */
export const zoomView = (frame: number, frames: number): View => {
	const way = frames > 1 ? frame / (frames - 1) : 0;
	const width = widest * (closest / widest) ** way;
	return {
		// The whole set is in the middle at first; the target moves into the middle within the first frames.
		real: target.real + (width / widest) * (-0.65 - target.real),
		imaginary: target.imaginary - (width / widest) * target.imaginary,
		width,
		steps: Math.round(200 + 1500 * way),
	};
};

const target = {real: -0.743643887037151, imaginary: 0.13182590420533};
const widest = 3.6;
const closest = 1.4e-5;
