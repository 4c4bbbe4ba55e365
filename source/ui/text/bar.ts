import type {Glyphs} from '../theme/glyphs.js';
import type {Role, Span} from './span.js';

export type BarPart = {
	readonly kind: keyof Glyphs['bar'];
	readonly role: Role;
	readonly amount: number;
};

/** A bar of exactly `width` columns, divided as the parts are. What is there at all has at least one column, as long as there are enough. */
export const barSpans = (
	parts: readonly BarPart[],
	{
		total,
		width,
		glyphs,
	}: {readonly total: number; readonly width: number; readonly glyphs: Glyphs},
): readonly Span[] => {
	const shown = parts.filter(({amount}) => amount > 0);
	const sizes = shown.map(({amount}) =>
		total <= 0 ? 0 : Math.max(1, Math.floor((amount / total) * width)),
	);
	let used = sizes.reduce((sum, size) => sum + size, 0);
	while (used > width) {
		const largest = sizes.indexOf(Math.max(...sizes));
		sizes[largest]! -= 1;
		used -= 1;
	}

	const isFull =
		shown.reduce((sum, {amount}) => sum + amount, 0) >= total && total > 0;
	if (isFull && sizes.length > 0) {
		const largest = sizes.indexOf(Math.max(...sizes));
		sizes[largest]! += width - used;
		used = width;
	}

	return [
		...shown.map(({kind, role}, index) => ({
			text: glyphs.bar[kind].repeat(sizes[index]!),
			role,
		})),
		{text: glyphs.bar.empty.repeat(width - used), role: 'dim'},
	];
};
