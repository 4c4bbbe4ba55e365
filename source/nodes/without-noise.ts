/** The short decimal that was meant, where arithmetic with binary fractions left a little more or less than it: 0.30000000000000004 is 0.3. A number that has no short decimal near it stays as it is. */
export const withoutNoise = (value: number): number => {
	const short = Number(value.toPrecision(14));
	return String(short).length + 2 < String(value).length ? short : value;
};

/** Round to the whole number that a quotient was meant to be, where it is as near as noise is. */
export const wholeIfNear = (value: number): number => {
	const whole = Math.round(value);
	return Math.abs(value - whole) <= 1e-9 * Math.max(1, Math.abs(value)) ? whole : value;
};
