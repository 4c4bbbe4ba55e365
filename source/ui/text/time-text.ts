/** A span of time in at most four columns: `12s`, `4m`, `3h`, `5d`, `2y`. */
export const shortTime = (milliseconds: number): string => {
	const seconds = Math.max(0, Math.floor(milliseconds / 1000));
	if (seconds < 60) {
		return `${seconds}s`;
	}

	if (seconds < 3600) {
		return `${Math.floor(seconds / 60)}m`;
	}

	if (seconds < 86_400) {
		return `${Math.floor(seconds / 3600)}h`;
	}

	return seconds < 31_536_000
		? `${Math.floor(seconds / 86_400)}d`
		: `${Math.floor(seconds / 31_536_000)}y`;
};

/** After how many milliseconds one of these times (ISO 8601) would be written otherwise by `shortTime`, about; undefined where there are none. */
export const agesAfter = (
	times: readonly string[],
	now: number,
): number | undefined => {
	let youngest = Infinity;
	for (const time of times) {
		youngest = Math.min(youngest, now - Date.parse(time));
	}

	return Number.isFinite(youngest)
		? youngest < 60_000
			? 1000
			: youngest < 3_600_000
				? 30_000
				: 900_000
		: undefined;
};

/** How long something runs, to the second: `3:07`, `1:02:33`. */
export const runTime = (milliseconds: number): string => {
	const seconds = Math.max(0, Math.floor(milliseconds / 1000));
	const two = (value: number): string => String(value).padStart(2, '0');
	const minutes = Math.floor(seconds / 60);
	return minutes < 60
		? `${minutes}:${two(seconds % 60)}`
		: `${Math.floor(minutes / 60)}:${two(minutes % 60)}:${two(seconds % 60)}`;
};

/** Date and time of the viewer's own place: `2026-03-01 14:05:09`. */
export const localTime = (iso: string): string => {
	const date = new Date(iso);
	if (Number.isNaN(date.getTime())) {
		return iso;
	}

	const two = (value: number): string => String(value).padStart(2, '0');
	return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())} ${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
};
