/** How long ago, or how long: two units at most: `5s`, `3m 20s`, `2h 5m`, `4d 3h`. Seconds below ten keep a decimal where they have one. */
export const humanDuration = (seconds: number): string => {
	const whole = Math.round(seconds);
	if (seconds < 9.95) {
		return `${Number(Math.max(0, seconds).toFixed(1))}s`;
	}

	if (whole < 60) {
		return `${whole}s`;
	}

	const parts = [
		[Math.floor(whole / 86_400), 'd'],
		[Math.floor(whole / 3600) % 24, 'h'],
		[Math.floor(whole / 60) % 60, 'm'],
		[whole % 60, 's'],
	] as const;
	const first = parts.findIndex(([amount]) => amount > 0);
	return parts
		.slice(first, first + 2)
		.filter(([amount]) => amount > 0)
		.map(([amount, unit]) => `${amount}${unit}`)
		.join(' ');
};

/** One unit, for a narrow column: `5s`, `3m`, `2h`, `4d`. */
export const humanAge = (seconds: number): string => {
	const whole = Math.max(0, Math.floor(seconds));
	if (whole < 60) {
		return `${whole}s`;
	}

	if (whole < 3600) {
		return `${Math.floor(whole / 60)}m`;
	}

	return whole < 86_400
		? `${Math.floor(whole / 3600)}h`
		: `${Math.floor(whole / 86_400)}d`;
};

/** Powers of 1024: `512 B`, `1.5 GiB`. */
export const humanBytes = (bytes: number): string => {
	let amount = bytes;
	let unit = 'B';
	for (const next of ['KiB', 'MiB', 'GiB', 'TiB', 'PiB']) {
		if (Math.abs(amount) < 1023.95) {
			break;
		}

		amount /= 1024;
		unit = next;
	}

	return `${Number(amount.toFixed(1))} ${unit}`;
};

/** `2026-03-01 14:05:09`, in the time zone of this machine. */
export const humanTime = (iso: string): string => {
	const date = new Date(iso);
	if (Number.isNaN(date.getTime())) {
		return iso;
	}

	const two = (number: number): string => String(number).padStart(2, '0');
	return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())} ${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
};

/** Seconds from then until now; 0 where the clocks disagree. */
export const secondsSince = (iso: string, now: number): number =>
	Math.max(0, (now - new Date(iso).getTime()) / 1000);

/** `1 task`, `3 tasks`. */
export const counted = (count: number, noun: string): string =>
	`${count} ${noun}${count === 1 ? '' : 's'}`;
