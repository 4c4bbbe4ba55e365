import {
	mkdir,
	mkdtemp,
	readFile,
	rm,
	symlink,
	writeFile,
} from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import test from 'ava';
import {coreNodes} from '../source/nodes/core-nodes.js';
import {loadPlugins} from '../source/nodes/plugins.js';
import {syntaxLine} from '../source/nodes/syntax-line.js';
import {createRegistry} from '../source/nodes/registry.js';

/** A folder with these files, by path; taken away at the end. */
const folderWith = async (
	t: {readonly teardown: (what: () => Promise<void>) => void},
	files: Readonly<Record<string, string>>,
): Promise<string> => {
	const folder = await mkdtemp(path.join(os.tmpdir(), 'lifeblood-plugins-'));
	t.teardown(async () => rm(folder, {recursive: true}));
	for (const [name, content] of Object.entries(files)) {
		await mkdir(path.dirname(path.join(folder, name)), {recursive: true}); // eslint-disable-line no-await-in-loop -- one may be within the other
		await writeFile(path.join(folder, name), content); // eslint-disable-line no-await-in-loop -- likewise
	}

	return folder;
};

const plain = (type: string, rest = ''): string =>
	`{type: '${type}', label: 'L', description: 'D', parameters: {}, process: () => ({kind: 'pass'})${rest}}`;

const messagesIn = async (folder: string): Promise<readonly string[]> => {
	const {broken} = await loadPlugins([folder]);
	return broken.map(({file, message}) => `${path.basename(file)}: ${message}`);
};

test('a function, an object, a list, named exports and TypeScript are all plugins', async (t) => {
	const folder = await folderWith(t, {
		'a.js':
			"export default ({defineNode}) => defineNode({type: 'a', label: 'A', description: '', parameters: {}, process: () => ({kind: 'kill'})});",
		'b.mjs': `export default ${plain('b')};`,
		'c.js': `export default async () => [${plain('c1')}, ${plain('c2')}];`,
		'd.ts': `type X = {readonly a: number};\nexport const one = ${plain('d1')};\nexport const two: unknown = ${plain('d2')};\nexport const other: X = {a: 1};\nexport const aid = () => 1;`,
		'notes.txt': 'not looked at',
		'e.d.ts': 'export const nothing: number;',
		'_shared.js': 'export const shared = 1;',
		'.hidden.js': 'throw new Error("never");',
		'folder/index.js': `import {name} from './part.js'; export default {...${plain('f')}, label: name};`,
		'folder/part.js': 'export const name = "from a part";',
		'many/x.js': `export default ${plain('x')};`,
		'many/y.js': `export default ${plain('y')};`,
		'many/node_modules/z/index.js': 'throw new Error("never");',
	});
	const {nodes, broken} = await loadPlugins([folder]);
	t.deepEqual(broken, []);
	t.deepEqual(
		nodes.map(({definition}) => definition.type),
		['a', 'b', 'c1', 'c2', 'd1', 'd2', 'f', 'x', 'y'],
	);
	t.deepEqual(nodes[1]?.definition.outputs, ['main']);
	t.is(nodes[6]?.definition.label, 'from a part');
	t.is(nodes[0]?.file, path.join(folder, 'a.js'));
});

test('files may be named, what is not there is passed over, and nothing is loaded twice', async (t) => {
	const folder = await folderWith(t, {'a.js': `export default ${plain('a')};`});
	await symlink(path.join(folder, 'a.js'), path.join(folder, 'same.js'));
	const {nodes, broken} = await loadPlugins([
		path.join(folder, 'a.js'),
		folder,
		path.join(folder, 'nowhere'),
	]);
	t.is(nodes.length, 1);
	t.deepEqual(broken, []);
});

test('a broken plugin is told by file and reason, and the others are loaded', async (t) => {
	const folder = await folderWith(t, {
		'good.js': `export default ${plain('good')};`,
		'syntax.js': 'export default {',
		'throws.js': 'throw new Error("at load");',
		'calls.js': 'export default () => { throw new TypeError("when called"); };',
		'missing.js': "import './nowhere.js';",
		'nothing.js': 'export const a = 1;',
		'number.js': 'export default 5;',
		'label.js':
			"export default {type: 'p', description: '', parameters: {}, process() {}};",
		'name.js': `export default ${plain('Bad Name')};`,
		'extra.js': `export default ${plain('extra', ', colour: 1')};`,
		'process.js':
			"export default {type: 'p', label: 'L', description: '', parameters: {}};",
		'parameter.js':
			"export default {type: 'p', label: 'L', description: '', parameters: {a: {type: 'integer', label: 'A', default: 1}}, process() {}};",
		'default.js':
			"export default {type: 'p', label: 'L', description: '', parameters: {a: {type: 'int', label: 'A', default: 0, min: 1}}, process() {}};",
		'outputs.js':
			"export default {type: 'p', label: 'L', description: '', parameters: {}, outputs: () => 5, process() {}};",
	});
	const {nodes} = await loadPlugins([folder]);
	t.deepEqual(
		nodes.map(({definition}) => definition.type),
		['good'],
	);
	const messages = await messagesIn(folder);
	for (const expected of [
		/^syntax\.js: It cannot be loaded: \w+Error: /v,
		/^throws\.js: It cannot be loaded: at load \(\S+throws\.js:1\)$/v,
		/^calls\.js: Its default export threw: TypeError: when called \(\S+calls\.js:1\)$/v,
		/^missing\.js: It cannot be loaded: Cannot find module/v,
		/^nothing\.js: It exports no node type/v,
		/^number\.js: What it exports: it must be an object\. See docs\/plugins\.md\.$/v,
		/^label\.js: The node type "p", label: it is missing, and must be text\. See/v,
		/^name\.js: The node type "Bad Name", type: a name is made of small letters/v,
		/^extra\.js: The node type "extra": "colour" is not known there\. See docs\/plugins\.md\.$/v,
		/^process\.js: The node type "p", process: must be a function\. See docs\/plugins\.md\.$/v,
		/^parameter\.js: The node type "p", parameters\.a\.type: /v,
		/^default\.js: The node type "p", parameters\.a: its default must be at least 1, not 0\.$/v,
		/^outputs\.js: The node type "p", outputs: with the defaults, the function gives no list of names\.$/v,
	]) {
		t.true(
			messages.some((message) => expected.test(message)),
			`${expected} in ${messages.join('\n')}`,
		);
	}

	t.is(messages.length, 13);
});

test('a link that leads nowhere is told, and the others are loaded', async (t) => {
	const folder = await folderWith(t, {'a.js': `export default ${plain('a')};`});
	await symlink(path.join(folder, 'gone.js'), path.join(folder, 'link.js'));
	const {nodes, broken} = await loadPlugins([folder]);
	t.is(nodes.length, 1);
	t.regex(broken[0]?.message ?? '', /^It cannot be read: ENOENT/v);
});

test('a type name that is taken is told, and the first has it', async (t) => {
	const folder = await folderWith(t, {
		'a.js': `export default ${plain('null')};`,
		'b.js': `export default ${plain('mine')};`,
		'c.js': `export default ${plain('mine')};`,
	});
	const registry = createRegistry(coreNodes, await loadPlugins([folder]));
	t.is(
		registry.get('null')?.label,
		coreNodes.find(({type}) => type === 'null')?.label,
	);
	t.is(
		registry.list().find(({definition}) => definition.type === 'mine')?.plugin,
		path.join(folder, 'b.js'),
	);
	t.deepEqual(
		registry.broken.map(({file}) => path.basename(file)),
		['a.js', 'c.js'],
	);
});

test('the examples of the manual are plugins', async (t) => {
	const page = await readFile(
		new URL('../docs/plugins.md', import.meta.url),
		'utf8',
	);
	const examples = page
		.matchAll(/```js\n(?<code>.*?)```/gsv)
		.map(({groups}) => groups?.['code'] ?? '')
		.toArray();
	const folder = await folderWith(
		t,
		Object.fromEntries(examples.map((code, index) => [`${index}.js`, code])),
	);
	const {nodes, broken} = await loadPlugins([folder]);
	t.deepEqual(broken, []);
	const [frames, picture] = nodes;
	t.like(frames?.definition, {type: 'frame_range'});
	t.like(
		await frames?.definition.process({
			parameters: {range: '1-3 7', attribute: 'frames'},
		} as never),
		{
			kind: 'pass',
			set: {frames: [1, 2, 3, 7]},
		},
	);
	const defaults = Object.fromEntries(
		Object.entries(picture?.definition.parameters ?? {}).map(
			([name, schema]) => [name, schema.default],
		),
	);
	t.like(
		await picture?.definition.process({
			parameters: {...defaults, source: 'a.exr', target: 'a.png'},
		} as never),
		{
			kind: 'pass',
			invocation: {
				process: {
					arguments: ['magick', 'a.exr', 'a.png'],
					good_exit_codes: [0],
				},
				requirements: {minimum: {cpus: 1}},
			},
		},
	);
});

test('every built-in type would pass as a plugin', async (t) => {
	const folder = await folderWith(t, {
		'core.js': `export {coreNodes as default} from ${JSON.stringify(new URL('../source/nodes/core-nodes.ts', import.meta.url).href)};`,
	});
	const {nodes, broken} = await loadPlugins([folder]);
	t.deepEqual(broken, []);
	t.is(nodes.length, coreNodes.length);
});

test('the line of JavaScript that cannot be read is found', async (t) => {
	const folder = await folderWith(t, {
		'key.js':
			"export const a = 1;\n\nexport default {\n  type: 'x'\n  label: 3,\n};\n",
		'text.js': 'export default {};\n',
	});
	t.is(await syntaxLine(path.join(folder, 'key.js')), 5);
	t.is(await syntaxLine(path.join(folder, 'text.js')), undefined);
	t.is(await syntaxLine(path.join(folder, 'nothing.js')), undefined);
});
