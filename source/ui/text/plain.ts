/** What people and programs wrote, made safe to show: a name must not move the cursor or ring the bell. Tabs and line ends become spaces. */
export const plain = (text: string): string =>
	simple.test(text)
		? text
		: text.replaceAll(control, ' ').replaceAll(hidden, '');

const simple = /^[\u{20}-\u{7E}]*$/v;
const control = /[\t\n\r]+/gv;
const hidden = /[[\p{Control}\p{Format}]--\u{200D}]/gv;
