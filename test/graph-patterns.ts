import test from 'ava';
import fc from 'fast-check';
import {
	matchesAny,
	parsePatterns,
	selectByPatterns,
} from '../source/graph/patterns.js';

const select = (text: string, names: readonly string[]): string[] | string => {
	const patterns = parsePatterns(text);
	return patterns.kind === 'ok'
		? selectByPatterns(names, patterns.value)
		: patterns.message;
};

test('what is excluded is left out, wherever it stands', (t) => {
	const names = ['frames', 'tmp_a', 'tmp_b', 'shot'];
	t.deepEqual(select('* ^tmp_*', names), ['frames', 'shot']);
	t.deepEqual(select('^tmp_* *', names), ['frames', 'shot']);
	t.deepEqual(select('tmp_* ^tmp_b frames', names), ['frames', 'tmp_a']);
});

test('patterns that only exclude, and no patterns, select nothing', (t) => {
	t.deepEqual(select('^tmp_*', ['frames']), []);
	t.deepEqual(select('  ', ['frames']), []);
});

test('quotes hold a name with spaces together, and may be excluded', (t) => {
	const names = ['my file', 'my', 'file', 'our file'];
	t.deepEqual(select('"my file"', names), ['my file']);
	t.deepEqual(select("'* file'", names), ['my file', 'our file']);
	t.deepEqual(select('* ^"my file"', names), ['my', 'file', 'our file']);
});

test('a quote that is not closed is told', (t) => {
	t.regex(String(select('"my file', ['my file'])), /not closed/v);
});

test('names are no paths: a star matches slashes and leading dots, and case counts', (t) => {
	t.true(matchesAny('farm/gpu', ['*']));
	t.true(matchesAny('farm/gpu/big', ['farm*']));
	t.true(matchesAny('.hidden', ['*']));
	t.false(matchesAny('GPU', ['gpu']));
	t.false(matchesAny('gpus', ['gpu']));
});

test('question marks, classes and braces match, and a backslash takes their meaning away', (t) => {
	t.deepEqual(select('f?', ['f1', 'f12', 'f']), ['f1']);
	t.deepEqual(select('f[0-3]', ['f1', 'f4']), ['f1']);
	t.deepEqual(select('{a,b}x', ['ax', 'bx', 'cx']), ['ax', 'bx']);
	t.deepEqual(select(String.raw`f\*`, ['f*', 'fx']), ['f*']);
});

test('signs that mean something elsewhere mean themselves', (t) => {
	t.true(matchesAny('a.b', ['a.b']));
	t.false(matchesAny('axb', ['a.b']));
	t.true(matchesAny('!a', ['!a']));
	t.false(matchesAny('b', ['!a']));
	t.true(matchesAny('a(b)+c', ['a(b)+c']));
});

/** What has a meaning comes often, and beside its like. */
const anyText = fc
	.array(
		fc.oneof(
			fc.constantFrom(...String.raw`"'^*?[]{}!()+@\/, |.-1a`),
			fc.string(),
		),
		{
			maxLength: 12,
		},
	)
	.map((pieces) => pieces.join(''));

test('no pattern makes it throw, and a plain name matches itself alone', (t) => {
	fc.assert(
		fc.property(anyText, anyText, (text, name) => {
			t.true(['string', 'object'].includes(typeof select(text, [name])));
		}),
		{numRuns: 1000},
	);
	// eslint-disable-next-line require-unicode-regexp -- fast-check makes texts for no other kind
	const plain = fc.stringMatching(/^\w{1,20}$/);
	fc.assert(
		fc.property(plain, plain, (a, b) => {
			t.is(matchesAny(a, [b]), a === b);
		}),
	);
});

test('an empty pattern matches the empty name alone', (t) => {
	t.deepEqual(select('""', ['', 'a']), ['']);
	t.deepEqual(select('* ^', ['', 'a']), ['a']);
	t.false(matchesAny('gpu', ['']));
});

test('a pattern of absurd length is refused', (t) => {
	t.regex(String(select('a'.repeat(2000), ['a'])), /2000 characters/v);
});
