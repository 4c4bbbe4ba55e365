import test from 'ava';
import type {WatchSpec} from '../source/ui/farm.js';
import {
	applyWatchEvent,
	emptyWindow,
	rowAt,
	totalOf,
} from '../source/ui/live/live-window.js';

const spec: WatchSpec = {what: 'events', window: {offset: 20, limit: 10}};

const event = (id: number, message = '') => ({
	id,
	at: '2026-01-01T00:00:00Z',
	kind: 'worker',
	message,
});

const shown = applyWatchEvent(emptyWindow(spec), {
	kind: 'snapshot',
	spec,
	snapshot: {rows: [event(1), event(2), event(3)], counts: {total: 500}},
});

test('a window knows its rows by their place in the whole list', (t) => {
	t.is(shown.status, 'live');
	t.is(totalOf(shown), 500);
	t.is(rowAt(shown, 21)?.id, 2);
	t.is(rowAt(shown, 2), undefined);
});

test('an update replaces what changed, and leaves the other rows as they are', (t) => {
	const updated = applyWatchEvent(shown, {
		kind: 'update',
		update: {
			rows: [event(2, 'changed'), event(4)],
			order: [4, 1, 2],
			counts: {total: 501},
		},
	});
	t.deepEqual(
		updated.rows.map(({id}) => id),
		[4, 1, 2],
	);
	t.like(rowAt(updated, 22), {message: 'changed'});
	t.is(rowAt(updated, 21), rowAt(shown, 20));
	t.is(totalOf(updated), 501);
});

test('what cannot be read is said, and what was there stays', (t) => {
	const broken = applyWatchEvent(shown, {
		kind: 'update',
		update: {rows: [{id: 'one'}]},
	});
	t.is(broken.status, 'failed');
	t.regex(broken.error ?? '', /cannot be read/v);
	t.is(broken.rows, shown.rows);
});
