import stringWidth from 'string-width';
import {plainText} from './plain-text.js';

export type Column = {
	readonly title: string;
	readonly align?: 'right';
	/** May be cut short, with an ellipsis, down to this many columns where the terminal is too narrow. Others never are: a number that is cut is another number. */
	readonly shrinksTo?: number;
	/** Applied after the layout, so that colour takes no room. */
	readonly paint?: (padded: string, value: string) => string;
};

/**
Lines of a table, titles first. Columns are two spaces apart. Where `width` is given, the columns that may shrink do, the widest first; lines without room left over it are cut nowhere else.
*/
export const tableLines = (
	columns: readonly Column[],
	rows: ReadonlyArray<readonly string[]>,
	width: number | undefined,
): string[] => {
	const cells = rows.map((row) => row.map((value) => plainText(value)));
	const widths = columns.map(({title}, index) =>
		// Not by spreading: a list may have more rows than a call takes arguments.
		largest(
			title.length,
			cells.map((row) => stringWidth(row[index] ?? '')),
		),
	);
	if (width !== undefined) {
		shrink(widths, columns, width);
	}

	const line = (row: readonly string[], isTitle: boolean): string =>
		columns
			.map((column, index) => {
				const value = cut(row[index] ?? '', widths[index]!);
				const space = ' '.repeat(widths[index]! - stringWidth(value));
				const isLast = index === columns.length - 1;
				const padded =
					column.align === 'right'
						? `${space}${value}`
						: `${value}${isLast ? '' : space}`;
				return isTitle || column.paint === undefined
					? padded
					: column.paint(padded, row[index] ?? '');
			})
			.join('  ')
			.trimEnd();
	return [
		line(
			columns.map(({title}) => title),
			true,
		),
		...cells.map((row) => line(row, false)),
	];
};

/** `name  value` lines, the names padded to one width; rows with an undefined value are left out. */
export const detailLines = (
	rows: ReadonlyArray<readonly [string, string | undefined]>,
): string[] => {
	const shown = rows.filter(
		(row): row is readonly [string, string] => row[1] !== undefined,
	);
	// One long name is no reason to move all values out of sight.
	const width = Math.max(
		...shown.map(([name]) => Math.min(name.length, widestName)),
	);
	return shown.map(([name, value]) =>
		`${plainText(name).padEnd(width)}  ${plainText(value)}`.trimEnd(),
	);
};

const widestName = 40;

const largest = (least: number, widths: readonly number[]): number => {
	let most = least;
	for (const width of widths) {
		most = Math.max(most, width);
	}

	return most;
};

const shrink = (
	widths: number[],
	columns: readonly Column[],
	width: number,
): void => {
	const gaps = 2 * (columns.length - 1);
	for (;;) {
		const total = widths.reduce((sum, each) => sum + each, gaps);
		if (total <= width) {
			return;
		}

		let widest: number | undefined;
		for (const [index, {shrinksTo}] of columns.entries()) {
			if (
				shrinksTo !== undefined &&
				widths[index]! > shrinksTo &&
				(widest === undefined || widths[index]! > widths[widest]!)
			) {
				widest = index;
			}
		}

		if (widest === undefined) {
			return;
		}

		widths[widest]! -= 1;
	}
};

/** Shortened by whole characters, however wide they are. */
const cut = (text: string, width: number): string => {
	if (stringWidth(text) <= width) {
		return text;
	}

	let kept = '';
	for (const {segment} of new Intl.Segmenter().segment(text)) {
		if (stringWidth(kept) + stringWidth(segment) > width - 1) {
			break;
		}

		kept += segment;
	}

	return `${kept}…`;
};
