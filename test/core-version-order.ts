import test from 'ava';
import fc from 'fast-check';
import {compareVersions} from '../source/core/version-order.js';

const inOrder = (...versions: readonly string[]): string[] =>
	versions.toSorted((a, b) => compareVersions(a, b));

test('versions are in the order of their numbers, however many they have', (t) => {
	t.deepEqual(
		inOrder('3.10', '3.9.1', '20.0.506', '3.9', '535.104.05.1', '535.104.05'),
		['3.9', '3.9.1', '3.10', '20.0.506', '535.104.05', '535.104.05.1'],
	);
	t.deepEqual(inOrder('20.0.1000', '20.0.506', '20.0'), [
		'20.0',
		'20.0.506',
		'20.0.1000',
	]);
	t.true(compareVersions('535.104.05.1', '535.104.5.2') < 0);
});

test('a pre-release comes before its release, and a word before all numbers', (t) => {
	t.deepEqual(
		inOrder('4.2', '4.2-rc.2', '4.2-rc.10', '4.1', 'gold', 'copper', 'v4.3'),
		['copper', 'gold', '4.1', '4.2-rc.2', '4.2-rc.10', '4.2', 'v4.3'],
	);
});

test('the order is one: nothing is both before and after another', (t) => {
	const part = fc.nat({max: 12});
	const version = fc.oneof(
		fc.array(part, {minLength: 1, maxLength: 5}).map((all) => all.join('.')),
		fc.constantFrom('gold', 'v1.2', '1.2-rc1', '1.2-rc2', '1.2b', ''),
		fc.string({maxLength: 8}),
	);
	fc.assert(
		fc.property(version, version, version, (a, b, c) => {
			const [before, after] = [compareVersions(a, b), compareVersions(b, a)];
			t.true(
				(before > 0 && after < 0) ||
					(before < 0 && after > 0) ||
					before === after,
			);
			const [first = '', second = '', third = ''] = inOrder(a, b, c);
			t.true(
				compareVersions(first, second) <= 0 &&
					compareVersions(second, third) <= 0 &&
					compareVersions(first, third) <= 0,
			);
		}),
	);
});
