import test from 'ava';
import fc from 'fast-check';
import {
	isSameJson,
	parseWire,
	printWire,
} from '../source/graph/graph-document.js';

const wire = (text: string) => {
	const parsed = parseWire(text);
	return parsed.kind === 'wire'
		? [parsed.from, parsed.output, parsed.to, parsed.input]
		: parsed.message;
};

test('an output and an input may be left out', (t) => {
	t.deepEqual(wire('frames -> render'), [
		'frames',
		undefined,
		'render',
		undefined,
	]);
	t.deepEqual(wire('render.main->gather'), [
		'render',
		'main',
		'gather',
		undefined,
	]);
	t.deepEqual(wire('  a b.x  ->  c d.y '), ['a b', 'x', 'c d', 'y']);
});

test('what stands behind the last dot is the output, unless quotes say otherwise', (t) => {
	t.deepEqual(wire('shot.v2.main -> end'), [
		'shot.v2',
		'main',
		'end',
		undefined,
	]);
	t.deepEqual(wire('"shot.v2" -> "a -> b".main'), [
		'shot.v2',
		undefined,
		'a -> b',
		'main',
	]);
	t.deepEqual(wire('"a"."x.y" -> b'), ['a', 'x.y', 'b', undefined]);
});

test('what is no connection says why', (t) => {
	t.regex(String(wire('frames')), /there is no "->" in it/v);
	t.regex(String(wire('-> render')), /a node is missing/v);
	t.regex(String(wire('a ->')), /a node is missing/v);
	t.regex(String(wire('a. -> b')), /nothing stands behind the dot/v);
	t.regex(String(wire('a -> b -> c')), /more than one "->"/v);
	t.regex(String(wire('"a -> b')), /not closed/v);
	t.regex(String(wire('"a"b -> c')), /no "->"/v);
});

test('a printed connection is read back as the same, whatever the names', (t) => {
	const name = fc.oneof(
		fc.string({minLength: 1, maxLength: 12}),
		fc
			.array(
				fc.constantFrom('a', '.', '->', '"', '\\', ' ', '-', '>', '".', '."'),
				{minLength: 1, maxLength: 8},
			)
			.map((parts) => parts.join('')),
	);
	fc.assert(
		fc.property(name, name, name, name, (from, output, to, input) => {
			t.deepEqual(parseWire(printWire({from, output, to, input})), {
				kind: 'wire',
				from,
				output,
				to,
				input,
			});
		}),
	);
});

test('any text is either read or refused', (t) => {
	fc.assert(
		fc.property(fc.string(), (text) => {
			t.true(['wire', 'fault'].includes(parseWire(text).kind));
		}),
	);
});

test('the order of keys says nothing, the order of a list does', (t) => {
	t.true(isSameJson({a: 1, b: [1, {c: null}]}, {b: [1, {c: null}], a: 1}));
	t.false(isSameJson([1, 2], [2, 1]));
	t.false(isSameJson({a: 1}, {a: 1, b: 2}));
	t.false(isSameJson([], {}));
	t.false(isSameJson(null, {}));
	t.false(isSameJson({__proto__: {a: 1}}, {a: 1}));
});
