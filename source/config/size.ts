const units: Readonly<Record<string, number>> = {
	'': 1,
	k: 1024,
	m: 1024 ** 2,
	g: 1024 ** 3,
	t: 1024 ** 4,
	p: 1024 ** 5,
};

/**
Bytes from `16G`, `512M`, `1.5T`, `64 KiB`, `2gb` or a bare number of bytes. Units are powers of 1024, however they are spelt. Undefined for anything else, and for what no number can count exactly.
*/
export const parseSize = (written: string | number): number | undefined => {
	if (typeof written === 'number') {
		return Number.isSafeInteger(written) && written >= 0 ? written : undefined;
	}

	const match =
		/^(?<amount>\d+(?:\.\d+)?|\.\d+)\s*(?<unit>[gkmpt]?)(?:i?b)?$/iv.exec(
			written.trim(),
		);
	const unit = units[match?.groups?.['unit']?.toLowerCase() ?? ''];
	if (unit === undefined || match?.groups?.['amount'] === undefined) {
		return undefined;
	}

	const bytes = Math.round(Number(match.groups['amount']) * unit);
	return Number.isSafeInteger(bytes) ? bytes : undefined;
};
