import {kittyHide, kittyShow} from '../../pictures/kitty.js';
import type {DrawnPicture} from '../../pictures/draw-picture.js';
import type {PictureProtocol} from '../../pictures/picture-protocol.js';

/** A picture on the terminal. */
export type Overlay = {
	readonly key: string;
	readonly protocol: PictureProtocol;
	/** Of the whole terminal, from 0. */
	readonly column: number;
	readonly row: number;
	readonly picture: DrawnPicture;
};

/** By place: first, second and so on. */
export type Overlays = ReadonlyMap<number, Overlay>;

/** Something of what is shown has to go, or to make room for another. */
export const hasToGo = (shown: Overlays, wanted: Overlays): boolean =>
	[...shown].some(([slot, overlay]) => !isSame(overlay, wanted.get(slot)));

/** What to write so that the pictures in `wanted` are there instead of those in `shown`; the cursor comes back to where it was. Empty: nothing. What lies in the text is taken away by drawing the text again. */
export const overlayChange = (
	shown: Overlays,
	wanted: Overlays,
	/** The text under them was drawn again, so that only kitty's are left. */
	isCleared: boolean,
): string => {
	const gone = [...shown].filter(
		([slot, overlay]) => !isSame(overlay, wanted.get(slot)),
	);
	const come = [...wanted].filter(
		([slot, overlay]) => isCleared || !isSame(overlay, shown.get(slot)),
	);
	const bytes = [
		overlayEnd(new Map(gone)),
		...come.map(([slot, overlay]) => draw(slot, overlay)),
	].join('');
	return bytes === '' ? '' : `\u{1B}7${bytes}\u{1B}8`;
};

const isSame = (one: Overlay, other: Overlay | undefined): boolean =>
	one.key === other?.key &&
	one.column === other.column &&
	one.row === other.row;

/** Kitty's pictures lie above the text and stay until they are taken away; all others go with the text under them. */
export const overlayEnd = (shown: Overlays): string =>
	[...shown]
		.filter(([, {protocol}]) => protocol === 'kitty')
		.map(([slot]) => kittyHide(idOf(slot)))
		.join('');

const idOf = (slot: number): number => 4712 + slot;

const draw = (
	slot: number,
	{protocol, column, row, picture: {lines}}: Overlay,
): string =>
	lines
		.map(
			(line, nth) =>
				moveTo(column, row + nth) +
				(protocol === 'kitty' ? kittyShow(idOf(slot), line) : line),
		)
		.join('');

const moveTo = (column: number, row: number): string =>
	`\u{1B}[${row + 1};${column + 1}H`;
