import type {DrawnPicture} from '../../pictures/draw-picture.js';
import {
	noAnswers,
	type TerminalAnswers,
} from '../../pictures/picture-protocol.js';
import type {View} from '../../screen.js';

/** A picture as it came from the thread, or why there is none. */
export type Outcome =
	| {readonly kind: 'drawn'; readonly picture: DrawnPicture}
	| {readonly kind: 'failed'; readonly reason: string};

export type PicturesSlice = {
	/** Absolute, on this machine. */
	readonly files: readonly string[];
	readonly index: number;
	/** One; all as a sheet; two beside each other; two in the same place. */
	readonly mode: 'one' | 'sheet' | 'sides' | 'flicker';
	/** The first of two: an index. The second is `index`. */
	readonly other: number;
	/** With `flicker`: the first is shown. */
	readonly isOtherShown: boolean;
	/** What the terminal told; `wasAsked` once it was. */
	readonly answers: TerminalAnswers;
	readonly wasAsked: boolean;
	/** By what was asked for; the oldest first. */
	readonly outcomes: ReadonlyMap<string, Outcome>;
	/** What is being drawn. */
	readonly drawing: string | undefined;
};

export type PicturesView = View<PicturesSlice>;

export const newPictures = (
	files: readonly string[] = [],
	index = 0,
): PicturesSlice => ({
	files,
	index: Math.max(0, Math.min(files.length - 1, index)),
	mode: 'one',
	other: 0,
	isOtherShown: false,
	answers: noAnswers,
	wasAsked: false,
	outcomes: new Map(),
	drawing: undefined,
});
