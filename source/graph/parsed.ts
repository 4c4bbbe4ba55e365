/** What came of reading a text that a person wrote: what it says, or a sentence that says what is wrong with it. */
export type Parsed<T> =
	| {readonly kind: 'ok'; readonly value: T}
	| {readonly kind: 'fault'; readonly message: string};

export const ok = <T>(value: T): Parsed<T> => ({kind: 'ok', value});

export const fault = (
	message: string,
): {readonly kind: 'fault'; readonly message: string} => ({
	kind: 'fault',
	message,
});
