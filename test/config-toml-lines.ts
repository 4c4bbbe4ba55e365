import fc from 'fast-check';
import test from 'ava';
import {stringify} from 'smol-toml';
import {lineOf, tomlStatements} from '../source/config/toml-lines.js';

test('every form of a key is found on the line where its statement begins', (t) => {
	const document = `# a comment
top = 1

[a.b] # with a comment
x = [
	1, # inside
	2,
]
"quoted.key" = '''
y = 2
'''
dotted.z = {inner = 3}

[[list]]
name = "first"
[[list]]
name = "second"
[a."c d"]
last = true`;
	const statements = tomlStatements(document);
	t.is(lineOf(statements, ['top']), 2);
	t.is(lineOf(statements, ['a']), 4);
	t.is(lineOf(statements, ['a', 'b']), 4);
	t.is(lineOf(statements, ['a', 'b', 'x']), 5);
	t.is(lineOf(statements, ['a', 'b', 'quoted.key']), 9);
	t.is(lineOf(statements, ['a', 'b', 'dotted', 'z', 'inner']), 12);
	t.is(lineOf(statements, ['list', 'name']), 15);
	t.is(lineOf(statements, ['a', 'c d', 'last']), 19);
	t.is(
		lineOf(statements, ['a', 'b', 'y']),
		undefined,
		'what only stands in a text is no key',
	);
	t.is(lineOf(statements, ['nowhere']), undefined);
});

test('in any document, every key is found on a line that holds it', (t) => {
	const leaf = fc.oneof(
		fc.string(),
		fc.integer(),
		fc.boolean(),
		fc.array(fc.string(), {maxLength: 3}),
	);
	const name = fc
		.string({minLength: 1, maxLength: 8})
		.filter((text) => text !== '__proto__');
	fc.assert(
		fc.property(
			fc.dictionary(
				name,
				fc.oneof(leaf, fc.dictionary(name, leaf, {maxKeys: 4})),
				{maxKeys: 6},
			),
			(data) => {
				const document = stringify(data);
				const lines = document.split('\n');
				const statements = tomlStatements(document);
				const paths = Object.entries(data).flatMap(([key, value]) => [
					[key],
					...(typeof value === 'object' && !Array.isArray(value)
						? Object.keys(value).map((inner) => [key, inner])
						: []),
				]);
				const missed = paths.filter((keyPath) => {
					const line = lineOf(statements, keyPath);
					const written = stringify({[keyPath.at(-1) ?? '']: 0});
					return (
						line === undefined ||
						lines[line - 1]?.includes(written.replace(/ = 0\s*$/v, '')) !== true
					);
				});
				t.deepEqual(missed, []);
			},
		),
		{numRuns: 200},
	);
});
