import test from 'ava';
import fc from 'fast-check';
import {
	decodeInput,
	type InputEvent,
} from '../source/ui/terminal/decode-input.js';

const names = (input: string): readonly string[] =>
	decodeInput(input, true).events.map((event) =>
		event.kind === 'key' ? event.name : event.kind,
	);

test('letters, controls and keys with modifiers have names', (t) => {
	t.deepEqual(names('aA é漢'), ['a', 'A', 'space', 'é', '漢']);
	t.deepEqual(names('\u{1}\u{3}\r\t\u{7F}'), [
		'ctrl+a',
		'ctrl+c',
		'enter',
		'tab',
		'backspace',
	]);
	t.deepEqual(names('\u{1B}[A\u{1B}OB\u{1B}[1;5C\u{1B}[Z\u{1B}[6~\u{1B}OP'), [
		'up',
		'down',
		'ctrl+right',
		'shift+tab',
		'pagedown',
		'f1',
	]);
	t.deepEqual(names('\u{1B}b\u{1B}\u{7F}'), ['alt+b', 'alt+backspace']);
});

test('an Esc waits for what may follow, and is the key when nothing does', (t) => {
	t.deepEqual(decodeInput('\u{1B}'), {events: [], rest: '\u{1B}'});
	t.deepEqual(names('\u{1B}'), ['esc']);
	t.deepEqual(names('\u{1B}\u{1B}[A'), ['esc', 'up']);
});

test('what is pasted comes as one text, whatever is in it', (t) => {
	t.deepEqual(decodeInput('\u{1B}[200~q\u{1B}[A\n:x\u{1B}[201~j').events, [
		{kind: 'paste', text: 'q\u{1B}[A\n:x'},
		{kind: 'key', name: 'j', text: 'j'},
	]);
	t.is(decodeInput('\u{1B}[200~half').rest, '\u{1B}[200~half');
});

test('wheel and clicks tell where they were', (t) => {
	t.like(decodeInput('\u{1B}[<65;10;5M').events[0], {
		kind: 'mouse',
		action: 'wheel-down',
		column: 9,
		row: 4,
	});
	t.like(decodeInput('\u{1B}[<0;1;1m').events[0], {
		kind: 'mouse',
		action: 'release',
		button: 'left',
	});
});

test('what the terminal answers is never taken for keys', (t) => {
	t.deepEqual(
		names('\u{1B}[?62;4c\u{1B}]11;rgb:0/0/0\u{1B}\\\u{1B}_Gi=1;OK\u{1B}\\'),
		['reply', 'reply', 'reply'],
	);
});

test('however the input is cut into chunks, the events are the same', (t) => {
	const pieces = [
		'a',
		'漢',
		'\r',
		'\u{1B}[A',
		'\u{1B}[1;5C',
		'\u{1B}[<0;3;4M',
		'\u{1B}[200~text\u{1B}[201~',
		'\u{1B}x',
		'\u{1B}]52;c;YQ==\u{7}',
	];
	fc.assert(
		fc.property(
			fc.array(fc.constantFrom(...pieces), {maxLength: 12}),
			fc.array(fc.nat(200), {maxLength: 6}),
			(chosen, cuts) => {
				const input = chosen.join('');
				const edges = [
					0,
					...cuts.map((at) => at % (input.length + 1)),
					input.length,
				].toSorted((a, b) => a - b);
				const events: InputEvent[] = [];
				let rest = '';
				for (const [index, end] of edges.slice(1).entries()) {
					const decoded = decodeInput(rest + input.slice(edges[index], end));
					events.push(...decoded.events);
					rest = decoded.rest;
				}

				t.is(rest, '');
				t.deepEqual(events, [...decodeInput(input).events]);
			},
		),
	);
});
