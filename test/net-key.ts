import {Buffer} from 'node:buffer';
import {inspect} from 'node:util';
import test from 'ava';
import fc from 'fast-check';
import {fromBase32, toBase32} from '../source/net/base32.js';
import {
	createFarmKey,
	fromJoinCode,
	toJoinCode,
	viewOnly,
} from '../source/net/key.js';

test('a join code gives its key back, however it was typed', (t) => {
	for (const key of [createFarmKey(), viewOnly(createFarmKey())]) {
		const code = toJoinCode(key);
		const typed = [
			code,
			code.toLowerCase(),
			code.replaceAll('-', ''),
			` ${code.replaceAll('-', ' - ')}\n`,
			code.replaceAll('0', 'o').replaceAll('1', 'l'),
		];
		for (const text of typed) {
			const again = fromJoinCode(text);
			t.deepEqual(again.secret(), key.secret());
			t.is(again.kind, key.kind);
		}
	}
});

test('a typing error anywhere in a join code is noticed', (t) => {
	const code = toJoinCode(createFarmKey());
	for (const [index, character] of [...code].entries()) {
		if (character === '-' || index < 5) {
			continue;
		}

		const wrong = character === '7' ? '8' : '7';
		const text = `${code.slice(0, index)}${wrong}${code.slice(index + 1)}`;
		t.throws(() => fromJoinCode(text), {code: 'INVALID'}, text);
	}
});

test('a view-only code does not pass for a full one', (t) => {
	const code = toJoinCode(viewOnly(createFarmKey()));
	t.throws(() => fromJoinCode(code.replace('view', 'full')), {code: 'INVALID'});
});

test('what is wrong with a join code is one line that holds none of it', (t) => {
	const code = toJoinCode(createFarmKey());
	const [, first = ''] = code.split('-', 2);
	for (const text of [
		'',
		'hello',
		code.slice(0, -2),
		`${code}0`,
		code.slice(5),
		code.replace(first, 'UUUUUUUU'),
		code.replace(first, '00000000'),
	]) {
		const error = t.throws(() => fromJoinCode(text), {code: 'INVALID'});
		t.false(error.message.includes('\n'));
		t.false(error.message.includes(first));
	}
});

test('a key shows nothing of its secret when it is printed', (t) => {
	const key = createFarmKey();
	const shown = `${inspect(key, {depth: 9, showHidden: true})}${JSON.stringify(key)}`;
	t.false(shown.includes(Buffer.from(key.secret()).toString('hex')));
	t.false(shown.includes(toJoinCode(key)));
	t.regex(shown, new RegExp(key.id, 'v'));
});

test('full and view-only key are of one farm, and are two keys', (t) => {
	const key = createFarmKey();
	const view = viewOnly(key);
	t.is(view.farmId, key.farmId);
	t.deepEqual(view.announcementSecret(), key.announcementSecret());
	t.not(view.id, key.id);
	t.notDeepEqual(view.secret(), key.secret());
	t.is(viewOnly(view), view);
	t.not(createFarmKey().farmId, key.farmId);
});

test('base 32 gives any bytes back', (t) => {
	fc.assert(
		fc.property(
			fc.array(fc.uint8Array({minLength: 5, maxLength: 5})),
			(groups) => {
				const bytes = Buffer.concat(groups);
				t.deepEqual(Buffer.from(fromBase32(toBase32(bytes)) ?? []), bytes);
			},
		),
	);
});
