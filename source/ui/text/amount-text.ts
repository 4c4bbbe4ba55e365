/** A number of bytes in at most five columns: `512M`, `1.5G`. */
export const bytesText = (bytes: number): string => {
	let value = bytes;
	let unit = 0;
	while (value >= 1000 && unit < units.length - 1) {
		value /= 1024;
		unit += 1;
	}

	return `${value < 10 && unit > 0 && !Number.isSafeInteger(value) ? value.toFixed(1) : Math.round(value)}${units[unit]}`;
};

const units = ['B', 'K', 'M', 'G', 'T', 'P'] as const;

/** A count with thousands apart: `1,000,000`. */
export const countText = (count: number): string => thousands.format(count);

/** `1 task`, `2 tasks`. */
export const plural = (count: number, noun: string): string =>
	`${countText(count)} ${noun}${count === 1 ? '' : 's'}`;

const thousands = new Intl.NumberFormat('en', {maximumFractionDigits: 0});
