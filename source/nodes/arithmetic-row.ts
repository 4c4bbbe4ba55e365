/**
The numbers start, start + step, start + 2 · step and so on, as a person would write them: arithmetic with binary fractions leaves a little more or less (0.1 · 3 is 0.30000000000000004), but no number of the row has more decimals than start and step have.

@returns the number with that index; no error adds up from one to the next
*/
export const arithmeticRow = (
	start: number,
	step: number,
): ((index: number) => number) => {
	const decimals = Math.max(decimalsOf(start), decimalsOf(step));
	// Adding 0 makes 0 of -0.
	return (index) => Number((start + index * step).toFixed(decimals)) + 0;
};

/** As many as `toFixed` takes. */
const mostDecimals = 100;

const decimalsOf = (value: number): number => {
	const [mantissa = '', exponent = '0'] = String(value).split('e', 2);
	const fraction = mantissa.split('.', 2)[1] ?? '';
	return Math.min(
		mostDecimals,
		Math.max(0, fraction.length - Number(exponent)),
	);
};

/** A quotient of two decimals without the noise of its division; one that has no short form stays as it is. */
export const quotient = (value: number, by: number): number => {
	const exact = value / by;
	const short = Number(exact.toPrecision(14));
	return String(short).length + 2 < String(exact).length ? short : exact;
};

/** Round to the whole number that a quotient was meant to be, where it is as near as noise is. */
export const wholeIfNear = (value: number): number => {
	const whole = Math.round(value);
	return Math.abs(value - whole) <= 1e-9 * Math.max(1, Math.abs(value))
		? whole
		: value;
};
