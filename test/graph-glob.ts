import test from 'ava';
import fc from 'fast-check';
import picomatch from 'picomatch';
import {createGlobMatcher} from '../source/graph/match-glob.js';

/** Which of the texts, with spaces between them, a glob fits. */
const fitting = (glob: string, texts: string): string =>
	texts.split(' ').filter(createGlobMatcher(glob)).join(' ');

test('a star is any text, a question mark one character, however many bytes it has', (t) => {
	t.is(fitting('a*', 'a ab abc ba'), 'a ab abc');
	t.is(fitting('*a*', 'a bab b'), 'a bab');
	t.is(fitting('**', 'a .. a/b'), 'a .. a/b');
	t.is(fitting('a?c', 'abc ac a/c abbc a🎬c'), 'abc a/c a🎬c');
	t.true(createGlobMatcher('*')(''));
	t.false(createGlobMatcher('?')(''));
});

test('a set is one of its characters, from one to another, a class, or none of them', (t) => {
	t.is(fitting('[a-c]1', 'a1 c1 d1 -1'), 'a1 c1');
	t.is(fitting('[!a-c]', 'a d !'), 'd !');
	t.is(fitting('[^a]', 'a b ^'), 'b ^');
	t.is(fitting('[]a]', '] a b'), '] a');
	t.is(fitting('[!]a]', '] a b'), 'b');
	t.is(fitting('[a-]', 'a - b'), 'a -');
	t.is(fitting(String.raw`[\]\-x]`, String.raw`] - x \ a`), '] - x');
	t.is(fitting('[[:digit:]x]', '1 x : d'), '1 x');
	t.is(fitting('[![:upper:]]', 'A a'), 'a');
	t.is(fitting('[[:punct:][:space:]]', '! ~ $ a 1 §'), '! ~ $');
	t.is(fitting('[c-a]', 'a b c'), '');
});

test('braces are one of several, also one within another, and with nothing in one', (t) => {
	t.is(fitting('{cpu,gpu}*', 'cpu gpu2 npu'), 'cpu gpu2');
	t.is(fitting('a{b,c{d,e}}f', 'abf acdf acef acf'), 'abf acdf acef');
	t.is(fitting('a{,b}', 'a ab abb'), 'a ab');
	t.is(fitting('{a,b}{a,b}', 'aa ab ba bb a'), 'aa ab ba bb');
	t.is(fitting('{a*,?}b', 'ab axxb xb b'), 'ab axxb xb');
});

test('what is not closed, has no comma, or stands behind a backslash means itself', (t) => {
	t.is(fitting('[a', '[a a'), '[a');
	t.is(fitting('{a,b', '{a,b a b'), '{a,b');
	t.is(fitting('a,b}', 'a,b} a'), 'a,b}');
	t.is(fitting('{a}*', '{a}1 a1'), '{a}1');
	t.is(fitting('{a{b,c}*', '{ab1 {ac ab'), '{ab1 {ac');
	t.is(fitting('[[:nothing:]', '[ n : x'), '[ n :');
	t.is(fitting(String.raw`\*\{a,b\}\?`, '*{a,b}? xax'), '*{a,b}?');
	t.is(fitting('a\\', String.raw`a\ a`), String.raw`a\ `.trim());
	t.is(fitting('(a|b)+$', '(a|b)+$ a'), '(a|b)+$');
});

test('it says the same as a library where that says what shells do', (t) => {
	const piece = fc.constantFrom(
		'a',
		'b',
		'c',
		'*',
		'?',
		'[ab]',
		'[a-b]',
		'[^b]',
		'{a,bc}',
		'{b*,c}',
	);
	const letters = fc
		.array(fc.constantFrom('a', 'b', 'c'), {minLength: 1, maxLength: 8})
		.map((some) => some.join(''));
	let fits = 0;
	fc.assert(
		fc.property(
			fc
				.array(piece, {minLength: 1, maxLength: 6})
				.map((some) => some.join('')),
			letters,
			(glob, text) => {
				const isFitting = createGlobMatcher(glob)(text);
				t.is(isFitting, picomatch.isMatch(text, glob, {noglobstar: true}));
				fits += isFitting ? 1 : 0;
			},
		),
		{numRuns: 5000},
	);
	t.true(fits > 500, `Only ${fits} fitted`);
});

test('no glob takes time without end', (t) => {
	const text = 'a'.repeat(3000);
	for (const glob of [
		`${'*a'.repeat(300)}b`,
		`${'{a,*}'.repeat(180)}b`,
		`${'{,a}'.repeat(240)}b`,
		`${'{'.repeat(490)}a${',b}'.repeat(490)}`,
		'{'.repeat(1000),
		'['.repeat(1000),
	]) {
		t.false(createGlobMatcher(glob)(text));
	}
});
