/** Something that came from the terminal. Keys are named as in the keymap: `a`, `A`, `ctrl+c`, `alt+x`, `enter`, `shift+tab`, `pagedown`. */
export type InputEvent =
	| {
			readonly kind: 'key';
			readonly name: string;
			/** What it writes into a text field; undefined: nothing. */
			readonly text?: string | undefined;
	  }
	| {readonly kind: 'paste'; readonly text: string}
	| {
			readonly kind: 'mouse';
			readonly action: 'press' | 'release' | 'drag' | 'wheel-up' | 'wheel-down';
			readonly button: 'left' | 'middle' | 'right' | 'none';
			/** From 0. */
			readonly column: number;
			readonly row: number;
			readonly isCtrl: boolean;
			readonly isShift: boolean;
	  }
	/** The terminal answers a question, whole. */
	| {readonly kind: 'reply'; readonly sequence: string};

export type Decoded = {
	readonly events: readonly InputEvent[];
	/** The beginning of something whose end has not come; to be put before the next chunk. */
	readonly rest: string;
};

/**
Reads what came from the terminal so far. With `isFinal`, nothing more came for a while: an Esc that could begin a sequence is the key.
*/
export const decodeInput = (input: string, isFinal = false): Decoded => {
	const events: InputEvent[] = [];
	let at = 0;
	while (at < input.length) {
		const found = next(input, at, isFinal);
		if (found === 'pending') {
			break;
		}

		if (found.event) {
			events.push(found.event);
		}

		at = found.end;
	}

	return {events, rest: input.slice(at)};
};

type Found = {readonly event: InputEvent | undefined; readonly end: number};

const escape = '\u{1B}';
const pasteBegin = `${escape}[200~`;
const pasteEnd = `${escape}[201~`;

const next = (
	input: string,
	at: number,
	isFinal: boolean,
): Found | 'pending' => {
	const first = input[at]!;
	if (first !== escape) {
		const character = String.fromCodePoint(input.codePointAt(at)!);
		return {event: plainKey(character), end: at + character.length};
	}

	if (input.startsWith(pasteBegin, at)) {
		const begin = at + pasteBegin.length;
		const end = input.indexOf(pasteEnd, begin);
		if (end === -1) {
			return 'pending';
		}

		return {
			event: {kind: 'paste', text: input.slice(begin, end)},
			end: end + pasteEnd.length,
		};
	}

	const second = input[at + 1];
	if (second === undefined) {
		return isFinal ? {event: key('esc'), end: at + 1} : 'pending';
	}

	if (second === '[' || second === 'O') {
		return control(input, at, isFinal);
	}

	// Device control, operating system and application commands: answers, ended by ST or BEL.
	if (['P', ']', '_'].includes(second)) {
		const st = input.indexOf(`${escape}\\`, at + 2);
		const bell = input.indexOf('\u{7}', at + 2);
		const end =
			bell !== -1 && (st === -1 || bell < st)
				? bell + 1
				: st === -1
					? -1
					: st + 2;
		if (end !== -1) {
			return {
				event: {kind: 'reply', sequence: input.slice(at, end)},
				end,
			};
		}

		return isFinal ? {event: key(`alt+${second}`), end: at + 2} : 'pending';
	}

	if (second === escape) {
		return {event: key('esc'), end: at + 1};
	}

	const character = String.fromCodePoint(input.codePointAt(at + 1)!);
	const plainEvent = plainKey(character);
	return {
		event: plainEvent && key(`alt+${plainEvent.name}`),
		end: at + 1 + character.length,
	};
};

const key = (name: string): KeyEvent => ({kind: 'key', name});
type KeyEvent = Extract<InputEvent, {kind: 'key'}>;

const plainKey = (character: string): KeyEvent | undefined => {
	const named = controls.get(character);
	if (named !== undefined) {
		return {
			kind: 'key',
			name: named,
			...(character === ' ' && {text: ' '}),
		};
	}

	const code = character.codePointAt(0)!;
	if (code < 27) {
		return key(`ctrl+${String.fromCodePoint(code + 96)}`);
	}

	return code < 32
		? undefined
		: {kind: 'key', name: character, text: character};
};

const controls: ReadonlyMap<string, string> = new Map([
	['\r', 'enter'],
	['\n', 'enter'],
	['\t', 'tab'],
	[' ', 'space'],
	['\u{7F}', 'backspace'],
	['\b', 'backspace'],
	['\0', 'ctrl+space'],
]);

/* eslint-disable no-control-regex, regexp/no-control-character, regexp/no-obscure-range -- escape sequences are what is read here, and these are ECMA-48's ranges */
const sequence =
	/^\u{1B}[O\[](?<private>[<=>?]?)(?<numbers>[\d:;]*)[ -\/]*(?<final>[@-~])/v;
const unfinished = /^\u{1B}[O\[][<=>?]?[\d:;]*[ -\/]*$/v;
/* eslint-enable no-control-regex, regexp/no-control-character, regexp/no-obscure-range */

const control = (
	input: string,
	at: number,
	isFinal: boolean,
): Found | 'pending' => {
	const text = input.slice(at, at + 64);
	const match = sequence.exec(text);
	if (!match?.groups) {
		return !isFinal && unfinished.test(text)
			? 'pending'
			: {event: key(`alt+${text[1]!}`), end: at + 2};
	}

	const end = at + match[0].length;
	const {private: mark = '', numbers = '', final = ''} = match.groups;
	if (mark === '<' && (final === 'M' || final === 'm')) {
		return {event: mouse(numbers, final === 'm'), end};
	}

	if (mark !== '') {
		return {event: {kind: 'reply', sequence: match[0]}, end};
	}

	const [first = '', second = ''] = numbers.split(';', 2);
	const name = final === '~' ? tildes.get(first) : finals.get(final);
	if (name === undefined) {
		return {
			event: ['R', 't', 'n', 'c'].includes(final)
				? {kind: 'reply', sequence: match[0]}
				: undefined,
			end,
		};
	}

	return {event: key(`${modifiers(second)}${name}`), end};
};

const finals: ReadonlyMap<string, string> = new Map([
	['A', 'up'],
	['B', 'down'],
	['C', 'right'],
	['D', 'left'],
	['H', 'home'],
	['F', 'end'],
	['P', 'f1'],
	['Q', 'f2'],
	['R', 'f3'],
	['S', 'f4'],
	['Z', 'shift+tab'],
	['M', 'enter'],
]);

const tildes: ReadonlyMap<string, string> = new Map([
	['1', 'home'],
	['2', 'insert'],
	['3', 'delete'],
	['4', 'end'],
	['5', 'pageup'],
	['6', 'pagedown'],
	['7', 'home'],
	['8', 'end'],
	['11', 'f1'],
	['12', 'f2'],
	['13', 'f3'],
	['14', 'f4'],
	['15', 'f5'],
	['17', 'f6'],
	['18', 'f7'],
	['19', 'f8'],
	['20', 'f9'],
	['21', 'f10'],
	['23', 'f11'],
	['24', 'f12'],
]);

/* eslint-disable no-bitwise -- terminals put modifiers and buttons into bits */
/** As xterm encodes them: one more than the sum of shift 1, alt 2, ctrl 4. */
const modifiers = (text: string): string => {
	const bits = text === '' ? 0 : Number(text) - 1;
	return [
		(bits & 4) === 0 ? '' : 'ctrl+',
		(bits & 2) === 0 ? '' : 'alt+',
		(bits & 1) === 0 ? '' : 'shift+',
	].join('');
};

const buttons = ['left', 'middle', 'right', 'none'] as const;

const mouse = (numbers: string, isRelease: boolean): InputEvent | undefined => {
	const [code, column, row] = numbers.split(';').map(Number);
	if (code === undefined || column === undefined || row === undefined) {
		return undefined;
	}

	const isWheel = (code & 64) !== 0;
	return {
		kind: 'mouse',
		action: isWheel
			? (code & 1) === 0
				? 'wheel-up'
				: 'wheel-down'
			: isRelease
				? 'release'
				: (code & 32) === 0
					? 'press'
					: 'drag',
		button: isWheel ? 'none' : buttons[code & 3]!,
		column: column - 1,
		row: row - 1,
		isCtrl: (code & 16) !== 0,
		isShift: (code & 4) !== 0,
	};
};
/* eslint-enable no-bitwise */
