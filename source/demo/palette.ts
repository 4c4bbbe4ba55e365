export type Colour = readonly [red: number, green: number, blue: number];

/** The colour at `position` of a ring of colours; positions 0 and 1 are the same. Values 0 to 1, in linear light. */
export const colourAt = (position: number): Colour => {
	const place = (position - Math.floor(position)) * ring.length;
	const index = Math.floor(place);
	const part = place - index;
	// Ease in and out, so that no colour's edge shows as a line.
	const weight = part * part * (3 - 2 * part);
	const from = ring[index % ring.length] ?? black;
	const to = ring[(index + 1) % ring.length] ?? black;
	return [
		from[0] + (to[0] - from[0]) * weight,
		from[1] + (to[1] - from[1]) * weight,
		from[2] + (to[2] - from[2]) * weight,
	];
};

const linear = (hex: number): Colour => [
	((hex >> 16) / 255) ** 2.2, // eslint-disable-line no-bitwise -- takes the bytes of a colour apart
	(((hex >> 8) & 255) / 255) ** 2.2, // eslint-disable-line no-bitwise -- likewise
	((hex & 255) / 255) ** 2.2, // eslint-disable-line no-bitwise -- likewise
];

const black: Colour = [0, 0, 0];

/** Night, sea, foam, sand, ember, wine. */
const ring: readonly Colour[] = [
	0x06_10_36, 0x0d_47_8c, 0x2f_a8_c8, 0xf2_f6_e4, 0xf7_b8_3d, 0xc2_41_1e,
	0x4a_0d_3c,
].map((hex) => linear(hex));
