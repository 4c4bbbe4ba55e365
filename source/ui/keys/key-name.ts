import {nearest} from '../../core/nearest.js';

/** As `decodeInput` names them. */
const named: readonly string[] = [
	'enter',
	'esc',
	'tab',
	'space',
	'backspace',
	'up',
	'down',
	'left',
	'right',
	'home',
	'end',
	'pageup',
	'pagedown',
	'insert',
	'delete',
	...Array.from({length: 12}, (_, index) => `f${index + 1}`),
];

/** What the same keys are called elsewhere. */
const others: ReadonlyMap<string, string> = new Map([
	['escape', 'esc'],
	['return', 'enter'],
	['pgup', 'pageup'],
	['pgdn', 'pagedown'],
	['pgdown', 'pagedown'],
	['del', 'delete'],
	['ins', 'insert'],
	['bs', 'backspace'],
]);

/** What is wrong with the name of a key; undefined: nothing. */
export const keyNameFault = (name: string): string | undefined => {
	const plain = name.replace(/^(?:ctrl\+)?(?:alt\+)?(?:shift\+)?(?=.)/v, '');
	if (named.includes(plain) || /^[^\s\p{Other}]$/v.test(plain)) {
		return undefined;
	}

	const near = others.get(plain.toLowerCase()) ?? nearest(plain, named);
	return `there is no key "${name}"; ${
		near === undefined
			? 'keys are written as in docs/keys.md, such as "r", "R", "ctrl+r", "f5" or "pageup"'
			: `did you mean "${name.slice(0, name.length - plain.length)}${near}"?`
	}`;
};
