import test from 'ava';
import type {RowOf} from '../source/ui/live/row-shapes.js';
import type {LiveWindow} from '../source/ui/live/live-window.js';
import {placeColumns, type Column} from '../source/ui/list/column.js';
import {
	moveCursor,
	newList,
	settleList,
	toggleMark,
	toggleRange,
	windowOf,
} from '../source/ui/list/list-state.js';

/** A window of events: their rows are the smallest. */
const windowWith = (
	ids: readonly number[],
	{offset = 0, total = ids.length} = {},
): LiveWindow<'events'> => ({
	what: 'events',
	spec: {what: 'events', window: {offset, limit: 100}},
	status: 'live',
	error: undefined,
	offset,
	rows: ids.map((id): RowOf<'events'> => ({
		id,
		at: '',
		kind: 'worker',
		message: '',
	})),
	counts: {total},
});

test('the cursor stays with its row when others come in above it', (t) => {
	const before = windowWith([1, 2, 3, 4]);
	const list = moveCursor(settleList(newList(), before, 10), 2, {
		window: before,
		height: 10,
	});
	t.is(list.cursorId, 3);
	const after = settleList(list, windowWith([8, 9, 1, 2, 3, 4]), 10);
	t.like(after, {cursor: 4, cursorId: 3, top: 0});
});

test('a scrolled list does not move under the eyes when rows come in above it', (t) => {
	const ids = Array.from({length: 50}, (_, index) => index + 1);
	const list = moveCursor(newList(), 30, {window: windowWith(ids), height: 10});
	t.is(list.top, 21);
	const after = settleList(list, windowWith([99, ...ids]), 10);
	t.like(after, {cursor: 31, cursorId: 31, top: 22});
});

test('where the row under the cursor goes, the cursor takes the one in its place', (t) => {
	const list = moveCursor(newList(), 1, {
		window: windowWith([1, 2, 3]),
		height: 10,
	});
	t.like(settleList(list, windowWith([1, 3]), 10), {cursor: 1, cursorId: 3});
	t.like(settleList(list, windowWith([]), 10), {
		cursor: 0,
		cursorId: undefined,
	});
});

test('moving by a row asks for no other window, moving by pages does', (t) => {
	const at = (top: number) => windowOf({...newList(), top}, 40);
	t.deepEqual(at(60), at(61));
	t.notDeepEqual(at(60), at(100));
	for (const top of [0, 7, 39, 40, 41, 1000]) {
		const {offset, limit} = at(top);
		t.true(offset <= top && offset + limit >= top + 40, `top ${top}`);
	}
});

test('a range marks what lies between, also across where it began', (t) => {
	const window = windowWith([1, 2, 3, 4, 5]);
	const at = {window, height: 10};
	const begun = toggleRange(moveCursor(newList(), 2, at), window);
	const down = moveCursor(begun, 4, at);
	t.deepEqual(down.marks, new Set([3, 4, 5]));
	t.deepEqual(toggleMark(down, 4).marks, new Set([3, 5]));
});

const column = (
	id: string,
	more: Partial<Column<unknown>>,
): Column<unknown> => ({
	id,
	title: id,
	width: 10,
	priority: 0,
	cell: () => '',
	...more,
});

test('columns that matter less go first, and the rest fill the width', (t) => {
	const columns = [
		column('name', {grow: 1}),
		column('state', {priority: 1}),
		column('age', {priority: 2, width: 4}),
	];
	const widths = (width: number) =>
		placeColumns(columns, width).map((placed) => [
			placed.column.id,
			placed.width,
		]);
	t.deepEqual(widths(40), [
		['name', 24],
		['state', 10],
		['age', 4],
	]);
	t.deepEqual(widths(22), [
		['name', 11],
		['state', 10],
	]);
	t.deepEqual(widths(12), [['name', 12]]);
});
