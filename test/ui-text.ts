import test from 'ava';
import {bytesText, countText} from '../source/ui/text/amount-text.js';
import {barSpans} from '../source/ui/text/bar.js';
import {fuzzyChoices, fuzzyOrder} from '../source/ui/text/fuzzy.js';
import {jsonDifference} from '../source/ui/text/json-difference.js';
import {jsonLines} from '../source/ui/text/json-lines.js';
import {fit, fitLine, lineWidth, widthOf} from '../source/ui/text/span.js';
import {runTime, shortTime} from '../source/ui/text/time-text.js';
import {shellWord} from '../source/ui/text/shell-word.js';
import {wrapLine} from '../source/ui/text/wrap-line.js';
import {wrapText} from '../source/ui/text/wrap-text.js';
import {fittingHints} from '../source/ui/components/footer.js';
import {editField, textField, type TextField} from '../source/ui/text-field.js';
import {unicodeGlyphs as glyphs} from '../source/ui/theme/glyphs.js';

test('whatever a name holds, its cell has exactly its width', (t) => {
	for (const name of [
		'plain',
		'漢字漢字漢字',
		'👩‍🚀👩‍🚀👩‍🚀',
		'é'.repeat(30),
		'',
		'\u{1B}[31mred\u{7}',
	]) {
		for (const width of [0, 1, 2, 3, 7, 12]) {
			t.is(
				widthOf(fit(name, width)),
				width,
				`${JSON.stringify(name)} in ${width}`,
			);
		}
	}

	t.is(fit('\u{1B}[31mred\u{7}', 12), '[31mred     ');
	t.is(fit('abc', 5, 'right'), '  abc');
	t.is(fit('abcdef', 4), 'abc…');
});

test('a line is cut and filled over its pieces', (t) => {
	const line = fitLine([{text: 'ab'}, {text: '漢字'}, {text: 'cd'}], 5);
	t.is(lineWidth(line), 5);
	t.is(line.map(({text}) => text).join(''), 'ab漢…');
	t.is(lineWidth(fitLine([], 9)), 9);
});

test('in a bar what is there at all is seen, and a full one is full', (t) => {
	const widths = (done: number, error: number, total: number) =>
		barSpans(
			[
				{kind: 'done', role: 'done', amount: done},
				{kind: 'error', role: 'error', amount: error},
			],
			{total, width: 10, glyphs},
		).map(({text}) => text.length);
	t.deepEqual(widths(1, 1, 1_000_000), [1, 1, 8]);
	t.deepEqual(widths(999_999, 1, 1_000_000), [9, 1, 0]);
	t.deepEqual(widths(0, 0, 0), [10]);
	t.deepEqual(widths(3, 0, 3), [10, 0]);
});

test('times and amounts are short', (t) => {
	t.deepEqual(
		[0, 59_000, 60_000, 7_200_000, 172_800_000].map((time) => shortTime(time)),
		['0s', '59s', '1m', '2h', '2d'],
	);
	t.is(runTime(3_723_000), '1:02:03');
	t.is(bytesText(0), '0B');
	t.is(bytesText(24 * 1024 ** 3), '24G');
	t.is(bytesText(1.5 * 1024 ** 3), '1.5G');
	t.is(countText(1_234_567), '1,234,567');
});

test('what is typed finds what begins like it before what only holds it', (t) => {
	const items = [
		'attribute_splitter',
		'split_waiter',
		'null',
		'spawn_children',
	];
	const found = (typed: string) => fuzzyOrder(typed, items, (item) => item);
	t.is(found('split')[0], 'split_waiter');
	t.deepEqual(found('spch'), ['spawn_children']);
	t.deepEqual(found('zzz'), []);
	t.deepEqual(found(''), items);
});

test('a note is found by the beginnings of its words, and behind a name that fits', (t) => {
	const found = (typed: string) =>
		fuzzyChoices(typed, [
			{label: 'null', note: 'Passes tasks on; anything hopeful to try.'},
			{label: 'script', note: 'Runs a script in Python or another language.'},
			{label: 'python_path', note: 'Other.'},
		]).map(({label}) => label);
	t.deepEqual(found('pyth'), ['python_path', 'script']);
	t.deepEqual(found('script lang'), ['script']);
	t.deepEqual(found('ython'), ['python_path']);
	t.deepEqual(found(''), ['null', 'script', 'python_path']);
});

test('the difference of two objects is what makes one of the other', (t) => {
	t.deepEqual(
		jsonDifference({a: 1, b: [1, 2], c: 'x'}, {a: 1, b: [1, 3], d: null}),
		{set: {b: [1, 3], d: null}, removed: ['c']},
	);
});

test('a large value is a tree, a small one stays on its line', (t) => {
	const lines = jsonLines(
		{frames: [1, 2, 3], deep: {path: 'x'.repeat(60), more: true}},
		{width: 40, glyphs},
	).map((line) => line.map(({text}) => text).join(''));
	t.is(lines[0], 'frames [1,2,3]');
	t.is(lines[1], 'deep {2}');
	t.true(lines[2]?.startsWith('  path "xxx'));
	t.is(lines[3], '  more true');
});

test('a long text is parted between words, and a word that is too long within', (t) => {
	t.deepEqual(wrapText('one two three', 8), ['one two', 'three']);
	t.deepEqual(wrapText('abcdefghij', 4), ['abcd', 'efgh', 'ij']);
});

test('a word of a command means itself in a shell', (t) => {
	t.is(shellWord('shot_010.v2'), 'shot_010.v2');
	t.is(shellWord("it's; rm"), String.raw`'it'\''s; rm'`);
	t.is(shellWord(''), "''");
});

test('a field is edited as in a shell', (t) => {
	const press = (field: TextField, ...names: readonly string[]): TextField => {
		let edited = field;
		for (const name of names) {
			edited = editField(edited, {
				kind: 'key',
				name,
				text: name.length === 1 ? name : undefined,
			});
		}

		return edited;
	};

	t.like(press(textField('one two'), 'ctrl+w', 'x'), {
		text: 'one x',
		cursor: 5,
	});
	t.is(press(textField('ab'), 'home', 'delete', 'z').text, 'zb');
	t.is(press(textField('漢字'), 'left', 'backspace').text, '字');
	t.is(press(textField('one two'), 'alt+b', 'ctrl+k').text, 'one ');
	t.is(editField(textField(), {kind: 'paste', text: 'a\nb'}).text, 'a b');
});

test('a line goes on below its beginning with nothing of it lost, each word in its role', (t) => {
	const lines = wrapLine(
		[
			{text: '  j  ', role: 'key'},
			{text: 'down a line, as in vi'},
			{text: '  (no rows)', role: 'warning'},
		],
		{width: 14, indent: 5},
	);
	t.deepEqual(
		lines.map((line) =>
			line
				.map(({text}) => text)
				.join('')
				.trimEnd(),
		),
		['  j  down a', '     line, as', '     in vi', '     (no rows)'],
	);
	t.is(lines.at(-1)?.at(-1)?.role, 'warning');
	t.true(lines.every((line) => lineWidth(line) <= 14));
	t.deepEqual(
		wrapLine([{text: 'ab 漢字漢字漢字 c'}], {width: 6, indent: 2}).map((line) =>
			line
				.map(({text}) => text)
				.join('')
				.trimEnd(),
		),
		['ab', '  漢字', '  漢字', '  漢字', '  c'],
	);
});

test('keys at the bottom are whole or left out, which is shown, and the way out is always there', (t) => {
	const hints = [
		{key: 'w', label: 'save'},
		{key: 'p', label: 'preset'},
		{key: 'u', label: 'default'},
		{key: 'esc', label: 'leave'},
	];
	const shown = (width: number): string =>
		fittingHints(hints, {
			width,
			isAlways: ({key}) => key === 'esc',
			ellipsis: '…',
		})
			.map(({text}) => text)
			.join('')
			.trimEnd();
	t.is(shown(80), ' w save  p preset  u default  esc leave');
	t.is(shown(39), ' w save  p preset  u default  esc leave');
	t.is(shown(38), ' w save  p preset  esc leave  …');
	t.is(shown(22), ' w save  esc leave  …');
	t.is(shown(12), ' esc leave  …');
});
