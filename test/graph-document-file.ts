import test from 'ava';
import fc from 'fast-check';
import type {Json} from '../source/core/json.js';
import {parseGraphFile, printGraphFile} from '../source/modes/graph-file.js';

const faults = (text: string): string[] => {
	const file = parseGraphFile(text, 'farm.yaml');
	return file.kind === 'faulty'
		? file.faults.map(({line, message}) => `${line}: ${message}`)
		: [];
};

const read = (text: string) => {
	const file = parseGraphFile(text, 'farm.yaml');
	if (file.kind === 'faulty') {
		throw new Error(JSON.stringify(file.faults));
	}

	return file;
};

test('a graph file is read as YAML and as JSON, and every place has its line', (t) => {
	const yaml = read(`nodes:
  frames: {type: attribute_splitter, parameters: {chunk_size: 4}}
  render:
    type: command
    parameters:
      command:
        - arg: python3
        - arg: {expr: "attr.x"}
connections:
  - frames -> render
`);
	t.deepEqual(Object.keys(yaml.document.nodes), ['frames', 'render']);
	t.is(yaml.lineOf(['nodes', 'frames', 'parameters', 'chunk_size']), 2);
	t.is(yaml.lineOf(['nodes', 'render', 'parameters', 'command', 1, 'arg']), 8);
	t.is(yaml.lineOf(['nodes', 'render', 'parameters', 'cpus']), 5);
	t.is(yaml.lineOf(['connections', 0]), 10);
	t.is(yaml.lineOf([]), 1);

	const json = read(
		'{\n\t"nodes": {\n\t\t"a": {"type": "null"}\n\t},\n\t"connections": ["a -> a"]\n}\n',
	);
	t.is(json.lineOf(['nodes', 'a', 'type']), 3);
	t.deepEqual(json.document.connections, ['a -> a']);
});

test('anchors and merge keys are put in place', (t) => {
	const {document, lineOf} = read(`nodes:
  a: &base
    type: command
    parameters: &p {cpus: 2}
  b:
    <<: *base
  c: {type: command, parameters: *p}
`);
	t.deepEqual(document.nodes['b']?.parameters, {cpus: 2});
	t.deepEqual(document.nodes['c']?.parameters, {cpus: 2});
	t.is(lineOf(['nodes', 'c', 'parameters', 'cpus']), 4);
});

test('a name that YAML would take for a merge key is printed as a name', (t) => {
	const document = {
		nodes: {a: {type: 'null', parameters: {'<<': {'<<': false}}}},
		connections: [],
	};
	t.deepEqual(read(printGraphFile(document)).document, document);
});

test('all faults of the form are told at once, with lines and what was meant', (t) => {
	t.deepEqual(
		faults(`nodes:
  a: {typ: null}
  b:
    type: 3
    parametres: {}
    position: [1]
  c:
conections: []
`),
		[
			'2: "nodes.a.type" is missing.',
			'2: "typ" is not known here; did you mean "type"?',
			'4: "nodes.b.type" must be text, not a number.',
			'6: "nodes.b.position": Too small: expected array to have >=2 items.',
			'5: "parametres" is not known here; did you mean "parameters"?',
			'7: "nodes.c" must be a table of names and values, not nothing.',
			'8: "conections" is not known here; did you mean "connections"?',
		],
	);
});

test('a key that stands twice, broken YAML and other things than a graph are told with their line', (t) => {
	t.deepEqual(faults('nodes:\n  a: {type: "null"}\n  a: {type: killer}\n'), [
		'3: "a" stands here a second time.',
	]);
	t.regex(faults('nodes:\n  a: {type: "null"\n').join('\n'), /^\d: /v);
	t.deepEqual(faults('[]'), [
		'1: the file must be a table of names and values, not a list.',
	]);
	t.deepEqual(faults(''), [
		'1: the file must be a table of names and values, not nothing.',
	]);
	t.deepEqual(
		faults('nodes:\n  a:\n    type: x\n    parameters:\n      n: .inf\n'),
		['5: A number that JSON cannot say stands here.'],
	);
});

test('a file that would grow without end is refused', (t) => {
	const levels = ['a: &a0 [x, x, x, x, x, x, x, x, x, x]'];
	for (let level = 1; level < 10; level++) {
		levels.push(
			`a${level}: &a${level} [${Array.from({length: 10}, () => `*a${level - 1}`).join(', ')}]`,
		);
	}

	t.regex(faults(levels.join('\n'))[0]!, /anchors cannot be resolved/v);
});

test('any text is either a document or faults with lines', (t) => {
	fc.assert(
		fc.property(fc.string(), (text) => {
			const file = parseGraphFile(text, 'x');
			t.true(
				file.kind === 'read' ||
					file.faults.every(({line}) => line !== undefined && line > 0),
			);
		}),
	);
});

const asJson = (value: unknown): unknown => {
	const text = JSON.stringify(value);
	return JSON.parse(text);
};

test('a printed document is read back as the same', (t) => {
	const name = fc
		.string({minLength: 1, maxLength: 10, unit: 'grapheme-ascii'})
		.filter((text) => text !== '__proto__');
	fc.assert(
		fc.property(
			fc.dictionary(
				name,
				fc.record(
					{
						type: fc.string(),
						parameters: fc.dictionary(
							name,
							fc.json().map((text) => JSON.parse(text) as Json),
							{noNullPrototype: true},
						),
						enabled: fc.boolean(),
						position: fc.tuple(fc.integer(), fc.integer()),
					},
					{requiredKeys: ['type', 'parameters'], noNullPrototype: true},
				),
				{noNullPrototype: true},
			),
			fc.array(fc.string()),
			(nodes, connections) => {
				const document = {nodes, connections};
				const {document: again} = read(printGraphFile(document));
				// As JSON, in which minus zero is zero.
				t.deepEqual(asJson(again), asJson(document));
			},
		),
	);
});

test('rows of lists are printed on one line each', (t) => {
	t.is(
		printGraphFile({
			nodes: {
				render: {
					type: 'command',
					parameters: {command: [{arg: 'python3'}, {arg: {expr: 'x'}}]},
					position: [1, 2],
				},
			},
			connections: ['render.main -> end.main'],
		}),
		`nodes:
  render:
    type: command
    parameters:
      command:
        - {arg: python3}
        - {arg: {expr: x}}
    position: [1, 2]
connections:
  - render.main -> end.main
`,
	);
});

test('what can be read of a faulty file is kept with its lines, so that its other faults are told as well', (t) => {
	const text = `nodes:
  a: {type: comand, foo: 1}
  "": {type: "null"}
connections:
  - 7
  - a -> b
`;
	t.deepEqual(faults(text), [
		'2: "foo" is not known here.',
		'3: "" is no name: one has 1 to 256 characters, and no control characters.',
		'5: "connections.0" must be text, not a number.',
	]);
	const file = parseGraphFile(text, 'farm.yaml');
	const rest = file.kind === 'faulty' ? file.rest : undefined;
	t.deepEqual(rest?.document, {
		nodes: {a: {type: 'comand', parameters: {}}},
		connections: ['a -> b'],
	});
	t.is(rest?.lineOf(['connections', 0]), 6);
	t.is(rest?.lineOf(['nodes', 'a', 'type']), 2);
});

test('a node type null without quotes is told to stand in them', (t) => {
	t.deepEqual(faults('nodes:\n  a: {type: null}\n'), [
		'2: "nodes.a.type" must be text, not nothing: the type of that name stands in quotes, "null".',
	]);
});
