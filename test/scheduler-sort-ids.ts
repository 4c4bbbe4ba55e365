import test from 'ava';
import {createWalk} from '../source/db/reads/walk.js';
import {
	createSortedParts,
	sortIds,
	type SortKey,
} from '../source/scheduler/watches/sort-ids.js';

/** A list of ids from 1 on, the newest first. */
const listOf = (count: number) =>
	createWalk(
		[
			(from, limit) =>
				Array.from({length: Math.min(limit, from - 1)}, (_, index) => ({
					id: from - 1 - index,
					hit: 1 as const,
				})),
		],
		{from: count + 1, descending: true},
	);

const keyed =
	(key: (id: number) => SortKey) =>
	(ids: readonly number[]): Array<{id: number; key: SortKey}> =>
		ids.map((id) => ({id, key: key(id)}));

test('the first of a long list are those that a sort of all of it would give', async (t) => {
	const key = (id: number): SortKey => (id * 7919) % 10_007;
	const ids = Array.from({length: 30_000}, (_, index) => index + 1);
	const sorted = ids.toSorted(
		(one, other) => Number(key(one)) - Number(key(other)) + (other - one) / 1e6,
	);
	const {
		ids: first,
		seen,
		isWhole,
	} = await sortIds(listOf(30_000), {
		keysOf: keyed(key),
		descending: false,
		wanted: 9000,
	});
	t.deepEqual(first, sorted.slice(0, 9000));
	t.is(seen, 30_000);
	t.true(isWhole);
});

test('of a list that is too long, the newest ones are sorted, and that is told', async (t) => {
	const {ids, seen, isWhole} = await sortIds(listOf(30_000), {
		keysOf: keyed((id) => id),
		descending: false,
		wanted: 3,
		most: 10_000,
	});
	t.deepEqual(ids, [20_001, 20_002, 20_003]);
	t.is(seen, 10_000);
	t.false(isWhole);
});

test('what has nothing to be sorted by comes last, both ways', async (t) => {
	for (const descending of [false, true]) {
		// eslint-disable-next-line no-await-in-loop -- one after the other
		const {ids} = await sortIds(listOf(4), {
			keysOf: keyed((id) => (id > 2 ? null : `name ${id}`)),
			descending,
			wanted: 10,
		});
		t.deepEqual(ids, descending ? [2, 1, 4, 3] : [1, 2, 4, 3]);
	}
});

test('another part of a sorted list is there at once, and the next look sorts anew', async (t) => {
	let sorts = 0;
	const sort = async (wanted: number) => {
		sorts += 1;
		return sortIds(listOf(30_000), {
			keysOf: keyed((id) => id),
			descending: false,
			wanted,
		});
	};

	const first = createSortedParts(undefined);
	await first.part({offset: 0, limit: 2}, sort);
	const second = createSortedParts(first.last());
	const {ids} = await second.part({offset: 100, limit: 2}, sort);
	t.deepEqual(ids, [101, 102]);
	t.is(sorts, 1);
	await second.part({offset: 100, limit: 2}, sort);
	t.is(sorts, 2);
	const far = createSortedParts(second.last());
	t.deepEqual((await far.part({offset: 29_999, limit: 2}, sort)).ids, [30_000]);
	t.is(sorts, 3, 'what is further down than was kept is sorted too');
});
