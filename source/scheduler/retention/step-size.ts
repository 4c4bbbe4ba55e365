/** How much is to be done at once, so that it takes about as long as it may. */
export type StepSize = {
	readonly most: () => number;
	/** So much was done in so many milliseconds. */
	readonly took: (done: number, milliseconds: number) => void;
};

/**
Begins small, since nothing is known yet; grows by half at most, since the next ones may be larger; shrinks at once.
*/
export const createStepSize = ({
	targetMs,
	least,
	most,
	first,
}: {
	readonly targetMs: number;
	readonly least: number;
	readonly most: number;
	readonly first: number;
}): StepSize => {
	let size = first;
	return {
		most: () => Math.max(least, Math.floor(size)),
		took(done, milliseconds) {
			const possible = (done * targetMs) / Math.max(milliseconds, 0.01);
			if (milliseconds > targetMs) {
				size = Math.max(least, Math.min(size, possible));
			} else if (done >= Math.floor(size)) {
				size = Math.min(most, size * 1.5, Math.max(size, possible));
			}
		},
	};
};
