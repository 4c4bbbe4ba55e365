import test from 'ava';
import {jsonObjectShape} from '../source/net/messages/shapes.js';

test('no name is lost on the wire, also none that JavaScript takes for something else', (t) => {
	const text = '{"__proto__":1,"constructor":2,"":3,"a":{"__proto__":[4]}}';
	t.is(JSON.stringify(jsonObjectShape.parse(JSON.parse(text))), text);
});

test('what is no object is refused', (t) => {
	for (const value of [null, [], 'text', 1, true, undefined]) {
		t.false(jsonObjectShape.safeParse(value).success);
	}
});
