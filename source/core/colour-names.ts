/** The colours by which a farm is told from others. */
export const colourNames = [
	'red',
	'green',
	'yellow',
	'blue',
	'magenta',
	'cyan',
	'white',
] as const;
export type ColourName = (typeof colourNames)[number];
