import test from 'ava';
import fc from 'fast-check';
import stringWidth from 'string-width';
import {humanAge, humanBytes, humanDuration} from '../source/modes/human.js';
import {plainText} from '../source/modes/plain-text.js';
import {detailLines, tableLines} from '../source/modes/table.js';

const columns = [
	{title: 'ID', align: 'right'},
	{title: 'NAME', shrinksTo: 8},
	{title: 'NODE', shrinksTo: 6},
] as const;

test('columns line up, numbers to the right', (t) => {
	t.deepEqual(
		tableLines(
			columns,
			[
				['7', 'a', 'render'],
				['1234', 'long name', 'x'],
			],
			undefined,
		),
		['  ID  NAME       NODE', '   7  a          render', '1234  long name  x'],
	);
});

test('where there is no room names are cut, the longest first, and numbers never', (t) => {
	t.deepEqual(
		tableLines(
			columns,
			[['123456789', 'a very long name indeed', 'render']],
			30,
		),
		['       ID  NAME         NODE', '123456789  a very lon…  render'],
	);
	t.true(
		tableLines(columns, [['123456789', 'name', 'node']], 5)[1]!.startsWith(
			'123456789',
		),
	);
});

test('no line is wider than the room, whatever the names', (t) => {
	fc.assert(
		fc.property(
			fc.array(
				fc.tuple(
					fc.nat(),
					fc.string({unit: 'grapheme'}),
					fc.string({unit: 'grapheme'}),
				),
			),
			(rows) => {
				const lines = tableLines(
					columns,
					rows.map(([id, name, node]) => [String(id), name, node]),
					40,
				);
				t.true(lines.every((line) => stringWidth(line) <= 40));
			},
		),
	);
});

test('what would move a cursor or colour a screen is taken out of names', (t) => {
	t.is(plainText('a\u{1B}[31mb\nc\u{202E}d'), 'a [31mb c d');
	t.deepEqual(detailLines([['a\u{1B}[31m\nb', 'c\u{9B}31m\nd']]), [
		'a [31m b  c 31m d',
	]);
});

test('one long name does not move the values of the others out of sight', (t) => {
	t.deepEqual(
		detailLines([
			['n'.repeat(500), '1'],
			['short', '2'],
		]),
		[`${'n'.repeat(500)}  1`, `short${' '.repeat(37)}2`],
	);
});

test('times and sizes are told in the units that people use', (t) => {
	t.deepEqual(
		[0.04, 5, 9.99, 59.6, 61, 3600, 7500, 90_061].map((s) => humanDuration(s)),
		['0s', '5s', '10s', '1m', '1m 1s', '1h', '2h 5m', '1d 1h'],
	);
	t.deepEqual(
		[5, 65, 7300, 200_000].map((s) => humanAge(s)),
		['5s', '1m', '2h', '2d'],
	);
	t.deepEqual(
		[0, 1023, 1024, 1536 * 1024 * 1024].map((b) => humanBytes(b)),
		['0 B', '1023 B', '1 KiB', '1.5 GiB'],
	);
});
