import test from 'ava';
import fc from 'fast-check';
import {compareVersions} from '../source/core/version-order.js';
import {
	intersection,
	isVersionRange,
	satisfies,
} from '../source/core/version-range.js';

const inside = (range: string, ...versions: readonly string[]) =>
	versions.filter((version) => satisfies(version, range));

test('a compatible release keeps all numbers but the last', (t) => {
	t.deepEqual(inside('~=1.2.3', '1.2.2', '1.2.3', '1.2.10', '1.3.0', '2.0.0'), [
		'1.2.3',
		'1.2.10',
	]);
	t.deepEqual(inside('~=3.4', '3.3', '3.4', '3.6.5', '3.10', '4.0'), [
		'3.4',
		'3.6.5',
		'3.10',
	]);
});

test('a shorter version in a range stands for all that begin with it', (t) => {
	t.deepEqual(
		inside('20.0', '20.0', '20.0.506', '20.0.999', '20.1.0', '2.0.0'),
		['20.0', '20.0.506', '20.0.999'],
	);
	t.deepEqual(inside('20.0.506', '20.0.506', '20.0.507'), ['20.0.506']);
});

test('bounds can be combined, by space or comma, and alternatives named', (t) => {
	t.deepEqual(inside('>=19.5, <21', '19.0', '19.5', '20.5.1', '21.0'), [
		'19.5',
		'20.5.1',
	]);
	t.deepEqual(inside('>=19.5 <21', '19.0', '20.0'), ['20.0']);
	t.deepEqual(inside('3.6 || ~=4.2', '3.6.1', '4.1', '4.2'), ['3.6.1', '4.2']);
	t.deepEqual(inside('==4.2.1', '4.2.1', '4.2.2'), ['4.2.1']);
});

test('loose versions count: two numbers, leading zeros, four numbers', (t) => {
	t.deepEqual(inside('>=550', '549.99', '550.54', '550'), ['550.54', '550']);
	t.deepEqual(
		inside('>=535.104.05', '535.104.04', '535.104.05', '535.104.12'),
		['535.104.05', '535.104.12'],
	);
	t.deepEqual(inside('1.2.3.4', '1.2.3.4', '1.2.4.4'), ['1.2.3.4']);
	t.deepEqual(inside('>=0.9', 'v0.10', '0.8'), ['v0.10']);
});

test('what is no number is only in the range of the same text, and in any', (t) => {
	t.true(satisfies('gold', 'gold'));
	t.false(satisfies('gold', '>=1'));
	t.true(satisfies('gold', ''));
	t.true(satisfies('gold', '*'));
	t.false(satisfies('1.0', 'gold'));
});

test('a range that cannot be read holds nothing, and is known to be none', (t) => {
	t.false(satisfies('1.0.0', '>>1'));
	t.false(isVersionRange('>>1'));
	t.false(isVersionRange('~=abc'));
	t.true(
		['~=3.4', '>=550', '20.0', '', 'gold', '>=1, <2'].every((range) =>
			isVersionRange(range),
		),
	);
});

test('a compatible release is the range that the page says, for all numbers', (t) => {
	const number = fc.nat({max: 300});
	fc.assert(
		fc.property(
			fc.tuple(number, number, number),
			fc.tuple(number, number, number),
			([a, b, c], [x, y, z]) => {
				t.is(
					satisfies(`${x}.${y}.${z}`, `~=${a}.${b}.${c}`),
					x === a && y === b && z >= c,
				);
				t.is(satisfies(`${x}.${y}.${z}`, `~=${a}.${b}`), x === a && y >= b);
			},
		),
	);
});

test('no text makes it throw', (t) => {
	fc.assert(
		fc.property(
			fc.string({maxLength: 30}),
			fc.string({maxLength: 30}),
			(version, range) => {
				t.is(typeof satisfies(version, range), 'boolean');
			},
		),
	);
});

test('what two ranges have in common is a range, also where one has alternatives', (t) => {
	const both = (left: string, right: string) => intersection(left, right);
	t.is(both('*', '~=3.4'), '~=3.4');
	t.is(both('~=3.4', ''), '~=3.4');
	t.is(both('~=3.4', '~=3.4'), '~=3.4');
	t.deepEqual(
		inside(both('3.6 || ~=4.2', '<4.3'), '3.6.5', '3.7', '4.2.1', '4.3'),
		['3.6.5', '4.2.1'],
	);
	t.deepEqual(inside(both('<4', '3.6 || 4.2'), '3.6.1', '4.2.0'), ['3.6.1']);
	t.deepEqual(inside(both('gold', '>=1'), 'gold', '1.0'), []);
});

test('a fourth number counts like the others', (t) => {
	t.deepEqual(inside('>=7.2.4.0', '7.2.4'), ['7.2.4']);
	const arnold = ['7.2.4', '7.2.4.1', '7.2.4.2', '7.2.4.10', '7.2.5.0', '7.3'];
	t.deepEqual(inside('>=7.2.4.2', ...arnold), arnold.slice(2));
	t.deepEqual(inside('>7.2.4.2', ...arnold), arnold.slice(3));
	t.deepEqual(inside('<7.2.4.2', ...arnold), arnold.slice(0, 2));
	t.deepEqual(inside('<=7.2.4.2', ...arnold), arnold.slice(0, 3));
	t.deepEqual(inside('~=7.2.4.2', ...arnold), arnold.slice(2, 4));
	t.deepEqual(inside('7.2.4.2', ...arnold), ['7.2.4.2']);
	t.deepEqual(inside('==7.2.4.02', ...arnold), ['7.2.4.2']);
	t.deepEqual(inside('7.2.4', ...arnold), arnold.slice(0, 4));
	t.deepEqual(inside('~7.2.4.2', ...arnold), arnold.slice(2, 5));
	t.deepEqual(inside('^7.2.4.2 <7.3', ...arnold), arnold.slice(2, 5));
	t.deepEqual(inside('>7.2.4.1, <7.2.4.10 || 7.3', ...arnold), [
		'7.2.4.2',
		'7.3',
	]);
	t.deepEqual(inside('>=535.104.05.1', '535.104.05', '535.104.5.2'), [
		'535.104.5.2',
	]);
});

test('comparing by a range is comparing number by number', (t) => {
	const version = fc
		.array(fc.nat({max: 3}), {minLength: 3, maxLength: 5})
		.map((numbers) => numbers.join('.'));
	fc.assert(
		fc.property(
			version,
			version.filter((bound) => bound.split('.').length > 3),
			(one, bound) => {
				const padded = (text: string) =>
					[...text.split('.'), 0, 0].slice(0, 5).join('.');
				const difference = compareVersions(padded(one), padded(bound));
				t.is(satisfies(one, `>=${bound}`), difference >= 0);
				t.is(satisfies(one, `>${bound}`), difference > 0);
				t.is(satisfies(one, `<=${bound}`), difference <= 0);
				t.is(satisfies(one, `<${bound}`), difference < 0);
			},
		),
	);
});
