import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {createTakenMessages} from '../source/worker/taken-messages.js';

const place = (t: ExecutionContext): string => {
	const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'lifeblood-taken-'));
	t.teardown(() => {
		fs.rmSync(folder, {recursive: true});
	});
	return path.join(folder, 'taken');
};

test('what was taken is known to whoever opens the file next, whatever its name is', (t) => {
	const file = place(t);
	const names = ['plain', 'two\nlines', '"quoted"', '-', 'é', ''];
	const taken = createTakenMessages(file);
	for (const name of names) {
		taken.add(name);
	}

	taken.add('not after all');
	taken.remove('not after all');
	const next = createTakenMessages(file);
	t.deepEqual(
		names.filter((name) => !next.has(name)),
		[],
	);
	t.false(next.has('not after all'));
	t.is(fs.statSync(file).mode & 0o777, 0o600); // eslint-disable-line no-bitwise -- a mode
	next.clear();
	t.false(createTakenMessages(file).has('plain'));
});

test('a line that was not written to its end spoils no other', (t) => {
	const file = place(t);
	const taken = createTakenMessages(file);
	taken.add('one');
	taken.add('two');
	const text = fs.readFileSync(file, 'utf8');
	fs.writeFileSync(file, text.slice(0, -3));
	const next = createTakenMessages(file);
	t.true(next.has('one'));
	t.false(next.has('two'));
	next.add('three');
	const last = createTakenMessages(file);
	t.true(last.has('one'));
	t.true(last.has('three'));
});

test('however many there were, the last are known and the file stays small', (t) => {
	const file = place(t);
	const taken = createTakenMessages(file);
	for (let message = 0; message < 20_000; message++) {
		taken.add(`message ${message}`);
	}

	t.true(fs.statSync(file).size < 300_000);
	const next = createTakenMessages(file);
	t.true(next.has('message 19999'));
	t.true(next.has('message 18500'));
	t.false(taken.has('message 1'));
});

test('where nothing can be written it still knows what it saw itself', (t) => {
	const taken = createTakenMessages('/dev/null/nowhere');
	taken.add('one');
	t.true(taken.has('one'));
});
