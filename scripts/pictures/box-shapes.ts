/** A cell of the picture, in its units. */
export type Place = {
	readonly x: number;
	readonly y: number;
	readonly width: number;
	readonly height: number;
};

/** What a character is drawn as: lines of some thickness, or filled areas of some opacity. */
export type Shape =
	| {readonly kind: 'line'; readonly thickness: number; readonly path: string}
	| {readonly kind: 'area'; readonly opacity: number; readonly path: string};

/**
The characters that have to meet their neighbours without a gap, as shapes: a font leaves gaps between the lines of a picture, and every reader has another one. `undefined` for a character that is none of them.
*/
export const boxShape = (
	character: string,
	place: Place,
): Shape | undefined => {
	const arms = lines[character];
	if (arms !== undefined) {
		return linesOf(arms, place);
	}

	if (character === '⑂') {
		return forkOf(place);
	}

	if (character === '▼') {
		return arrowOf(place);
	}

	const area = areas[character];
	return area === undefined ? undefined : areaOf(area, place);
};

/** How thick the line to each side is, in the order of CSS: up, right, down, left. */
type Arms = readonly [number, number, number, number, ('round' | 'double')?];

const lines: Readonly<Record<string, Arms>> = {
	'─': [0, 1, 0, 1],
	'│': [1, 0, 1, 0],
	'┌': [0, 1, 1, 0],
	'┐': [0, 0, 1, 1],
	'└': [1, 1, 0, 0],
	'┘': [1, 0, 0, 1],
	'├': [1, 1, 1, 0],
	'┤': [1, 0, 1, 1],
	'┬': [0, 1, 1, 1],
	'┴': [1, 1, 0, 1],
	'┼': [1, 1, 1, 1],
	'╭': [0, 1, 1, 0, 'round'],
	'╮': [0, 0, 1, 1, 'round'],
	'╰': [1, 1, 0, 0, 'round'],
	'╯': [1, 0, 0, 1, 'round'],
	'━': [0, 2, 0, 2],
	'┃': [2, 0, 2, 0],
	'┏': [0, 2, 2, 0],
	'┓': [0, 0, 2, 2],
	'┗': [2, 2, 0, 0],
	'┛': [2, 0, 0, 2],
	'┣': [2, 2, 2, 0],
	'┫': [2, 0, 2, 2],
	'┳': [0, 2, 2, 2],
	'┻': [2, 2, 0, 2],
	'╋': [2, 2, 2, 2],
	'╴': [0, 0, 0, 1],
	'╵': [1, 0, 0, 0],
	'╶': [0, 1, 0, 0],
	'╷': [0, 0, 1, 0],
	'═': [0, 1, 0, 1, 'double'],
	'║': [1, 0, 1, 0, 'double'],
	'╔': [0, 1, 1, 0, 'double'],
	'╗': [0, 0, 1, 1, 'double'],
	'╚': [1, 1, 0, 0, 'double'],
	'╝': [1, 0, 0, 1, 'double'],
};

const linesOf = (
	[up, right, down, left, manner]: Arms,
	{x, y, width, height}: Place,
): Shape => {
	const [middleX, middleY] = [x + width / 2, y + height / 2];
	const thickness = Math.max(up, right, down, left) > 1 ? 2.4 : 1.3;
	const ends = [
		...(up > 0 ? [[middleX, y] as const] : []),
		...(right > 0 ? [[x + width, middleY] as const] : []),
		...(down > 0 ? [[middleX, y + height] as const] : []),
		...(left > 0 ? [[x, middleY] as const] : []),
	];
	if (manner === 'round') {
		const [from, to] = ends;
		const path = `M${at(from)}Q${at([middleX, middleY])} ${at(to)}`;
		return {kind: 'line', thickness, path};
	}

	const path = ends
		.map((end) => `M${at([middleX, middleY])}L${at(end)}`)
		.join('');
	if (manner !== 'double') {
		return {kind: 'line', thickness, path};
	}

	// Two lines, and the corner around and within them.
	const gap = 1.6;
	const sideways = right + left > 0;
	const upright = up + down > 0;
	const apart = [-gap, gap].map((by) => {
		const turn = [
			middleX + (upright ? (left > 0 ? -by : by) : 0),
			middleY + (sideways ? (up > 0 ? -by : by) : 0),
		] as const;
		return ends
			.map(([endX, endY]) =>
				endX === middleX
					? `M${at(turn)}V${short(endY)}`
					: `M${at(turn)}H${short(endX)}`,
			)
			.join('');
	});
	return {kind: 'line', thickness: 1, path: apart.join('')};
};

/** A split's sign, which few fonts have. */
const forkOf = ({x, y, width, height}: Place): Shape => {
	const [middle, reach] = [x + width / 2, width * 0.34];
	const [top, joint, bottom] = [0.27, 0.52, 0.74].map((part) =>
		short(y + part * height),
	);
	return {
		kind: 'line',
		thickness: 1.3,
		path: `M${short(middle)} ${bottom}V${joint}L${short(middle - reach)} ${top}M${short(middle)} ${joint}L${short(middle + reach)} ${top}`,
	};
};

/** A wire's end: the wire goes on to the tip. */
const arrowOf = ({x, y, width, height}: Place): Shape => {
	const [middle, reach] = [x + width / 2, width * 0.46];
	const [top, tip] = [short(y + 0.42 * height), short(y + 0.78 * height)];
	return {
		kind: 'area',
		opacity: 1,
		path: `M${short(middle - 0.65)} ${short(y)}H${short(middle + 0.65)}V${top}H${short(middle + reach)}L${short(middle)} ${tip}L${short(middle - reach)} ${top}H${short(middle - 0.65)}Z`,
	};
};

/** Rectangles in eighths of a cell: left, top, right, bottom. */
type Area = {
	readonly parts: ReadonlyArray<readonly [number, number, number, number]>;
	readonly opacity?: number;
};

const whole = [0, 0, 8, 8] as const;

const areas: Readonly<Record<string, Area>> = {
	'█': {parts: [whole]},
	'▓': {parts: [whole], opacity: 0.75},
	'▒': {parts: [whole], opacity: 0.5},
	'░': {parts: [whole], opacity: 0.28},
	'▀': {parts: [[0, 0, 8, 4]]},
	'▐': {parts: [[4, 0, 8, 8]]},
	'▚': {
		parts: [
			[0, 0, 4, 4],
			[4, 4, 8, 8],
		],
	},
	'▞': {
		parts: [
			[4, 0, 8, 4],
			[0, 4, 4, 8],
		],
	},
	...Object.fromEntries(
		['▁', '▂', '▃', '▄', '▅', '▆', '▇'].map((character, index) => [
			character,
			{parts: [[0, 7 - index, 8, 8] as const]},
		]),
	),
	...Object.fromEntries(
		['▉', '▊', '▋', '▌', '▍', '▎', '▏'].map((character, index) => [
			character,
			{parts: [[0, 0, 7 - index, 8] as const]},
		]),
	),
};

const areaOf = (
	{parts, opacity = 1}: Area,
	{x, y, width, height}: Place,
): Shape => ({
	kind: 'area',
	opacity,
	path: parts
		.map(
			([left, top, right, bottom]) =>
				`M${at([x + (left * width) / 8, y + (top * height) / 8])}H${short(x + (right * width) / 8)}V${short(y + (bottom * height) / 8)}H${short(x + (left * width) / 8)}Z`,
		)
		.join(''),
});

const at = ([x, y]: readonly [number, number] = [0, 0]): string =>
	`${short(x)} ${short(y)}`;

const short = (value: number): string => String(Number(value.toFixed(2)));
