import type {Glyphs} from '../theme/glyphs.js';

/** A key as a person reads it. */
export const keyText = (
	name: string,
	glyphs: Pick<Glyphs, 'up' | 'down'>,
): string => {
	const known: Readonly<Record<string, string>> = {
		up: glyphs.up,
		down: glyphs.down,
		pageup: 'PgUp',
		pagedown: 'PgDn',
	};
	return known[name] ?? name.replace('ctrl+', '^');
};
