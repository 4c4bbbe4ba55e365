import test from 'ava';
import {createSandbox} from '../source/sandbox/sandbox.js';
import type {Json} from '../source/core/json.js';
import {plainScope} from './helpers/plain-scope.js';

const sandbox = await createSandbox();
test.after.always(async () => {
	await sandbox.stop();
});

const scope = plainScope({secret: 1});

const here = (source: string): Json | string => {
	const evaluations = sandbox.evaluate([source], () => scope);
	const first = evaluations === 'slow' ? undefined : evaluations[0];
	return first?.kind === 'value'
		? first.value
		: `failed: ${first?.message ?? 'slow'}`;
};

const there = async (source: string): Promise<Json | string> => {
	const [first] = await sandbox.evaluateLater([source], scope);
	return first?.kind === 'value'
		? first.value
		: `failed: ${first?.message ?? ''}`;
};

test('nothing of the host is there', async (t) => {
	for (const name of [
		'process',
		'require',
		'module',
		'fetch',
		'console',
		'setTimeout',
		'queueMicrotask',
		'Buffer',
		'WebAssembly',
		'Worker',
		'performance',
		'eval',
		'Function',
		'Promise',
		'std',
		'os',
		'print',
		'SharedArrayBuffer',
		'Atomics',
		'WeakRef',
		'FinalizationRegistry',
		'__dirname',
		'scriptArgs',
	]) {
		t.is(here(`typeof ${name}`), 'undefined', `typeof ${name}`);
		t.is(await there(`typeof ${name}`), 'undefined', `typeof ${name}`); // eslint-disable-line no-await-in-loop -- one thread
	}
});

test('no function can be made from text, by any road', (t) => {
	for (const source of [
		"(() => {}).constructor('return 1')()",
		"(function* () {}).constructor('yield 1')()",
		"(async () => {}).constructor('return 1')()",
		"[].map.constructor('return 1')()",
		"Reflect.construct((() => {}).constructor, ['return 1'])()",
		"Object.getPrototypeOf(function* () {}).constructor('')()",
		"(0, eval)('1')",
		"import('node:fs')",
		'import.meta.url',
	]) {
		t.regex(
			`${source} gives ${JSON.stringify(here(source))}`,
			/ gives "failed: /v,
		);
	}
});

test('a message names no path of this machine', (t) => {
	for (const source of [
		'null.x',
		'(() => { throw new Error().stack })()',
		'new Error().stack',
		"import('x')",
		'1 +',
		"JSON.parse('{')",
	]) {
		t.notRegex(JSON.stringify(here(source)), /file:|node_modules|\/source\//v);
	}
});

/** Ways to leave something for the next task. Each is a script; what it left would be found by the expression. */
const leaks: ReadonlyArray<readonly [script: string, expression: string]> = [
	['globalThis.leak = 1', 'typeof leak'],
	['var leak = 1', 'typeof leak'],
	['leak = 1', 'typeof leak'],
	['Object.prototype.leak = 1', 'typeof ({}).leak'],
	['({}).__proto__.leak = 1', 'typeof ({}).leak'],
	['Array.prototype.leak = 1', 'typeof [].leak'],
	[
		"Object.defineProperty(Array.prototype, 'map', {value: 1})",
		'typeof [].map === "function" ? "undefined" : 1',
	],
	[
		'Math.max = () => 7',
		'max(1, 2) === 2 && Math.max(1, 2) === 2 ? "undefined" : 1',
	],
	['JSON.stringify = () => "7"', '[1].length === 1 ? "undefined" : 1'],
	['task.constructor.leak = 1', 'typeof Object.leak'],
	['spawn.leak = 1', 'typeof task.get.leak'],
	['task.get.leak = 1', 'typeof task.get.leak'],
	['pad.leak = 1; join.leak = 1', 'typeof pad.leak'],
	['Symbol.leak = 1; Symbol.prototype.leak = 1', 'typeof Symbol.leak'],
	['Object.getPrototypeOf([].values()).leak = 1', 'typeof [].values().leak'],
	[
		'Object.getPrototypeOf(Object.getPrototypeOf([].values())).leak = 1',
		'typeof [].values().leak',
	],
	[
		'Object.getPrototypeOf(new Map().entries()).leak = 1',
		'typeof new Map().entries().leak',
	],
	[
		'Object.getPrototypeOf(new Set().entries()).leak = 1',
		'typeof new Set().entries().leak',
	],
	[
		"Object.getPrototypeOf(''[Symbol.iterator]()).leak = 1",
		"typeof ''[Symbol.iterator]().leak",
	],
	[
		"Object.getPrototypeOf('a'.matchAll(/a/g)).leak = 1",
		"typeof 'a'.matchAll(/a/g).leak",
	],
	[
		'Object.getPrototypeOf(function* () {}).leak = 1',
		'typeof (function* () {}).leak',
	],
	[
		'Object.getPrototypeOf((function* () {})()).leak = 1',
		'typeof (function* () {})().leak',
	],
	[
		'Object.getPrototypeOf(Object.getPrototypeOf(function* () {}.prototype)).leak = 1',
		'typeof (function* () {})().leak',
	],
	[
		'Object.getPrototypeOf(async () => {}).leak = 1',
		'typeof (async () => {}).leak',
	],
	[
		'Object.getPrototypeOf(async function* () {}).leak = 1',
		'typeof (async function* () {}).leak',
	],
	[
		'Object.getPrototypeOf([].values().map((x) => x)).leak = 1',
		'typeof [].values().map((x) => x).leak',
	],
	[
		'Object.getPrototypeOf(Iterator.from({next() {}})).leak = 1',
		'typeof Iterator.from({next() {}}).leak',
	],
	[
		'Object.getPrototypeOf(Uint8Array).leak = 1; Uint8Array.prototype.leak = 1',
		'typeof new Uint8Array(1).leak',
	],
	[
		'Error.prepareStackTrace = () => 7; Error.stackTraceLimit = 0; Error.leak = 1',
		'typeof Error.leak',
	],
	[
		'RegExp.prototype.exec = () => null; RegExp.leak = 1',
		'/a/.test("a") ? typeof RegExp.leak : 1',
	],
	[
		'const t = (x) => x; t`a`.leak = 1; t`a`.raw.leak = 1',
		'typeof ((x) => x)`a`.leak',
	],
	[
		"Object.getOwnPropertyDescriptor(Map.prototype, 'size').get.leak = 1",
		"typeof Object.getOwnPropertyDescriptor(Map.prototype, 'size').get.leak",
	],
	[
		"Object.getOwnPropertyDescriptor(Object.prototype, '__proto__').set.leak = 1",
		"typeof Object.getOwnPropertyDescriptor(Object.prototype, '__proto__').set.leak",
	],
	['}}); let leak = 1; ((task) => {{', 'typeof leak'],
	[
		'}}, function f() {{ f.n = (f.n ?? 0) + 1; if (f.n > 1) task.x = f.n;',
		'"undefined"',
	],
];

for (const [script, expression] of leaks) {
	test(`the next task finds nothing of: ${script}`, (t) => {
		for (let round = 0; round < 2; round++) {
			const outcome = sandbox.runScript(script, () => scope);
			t.not(outcome, 'slow');
			t.false(
				outcome !== 'slow' &&
					outcome.kind === 'done' &&
					Object.keys(outcome.set).length > 0,
			);
			t.is(here(expression), 'undefined');
		}
	});
}

test('everything that a script can reach is frozen, except what is its own', async (t) => {
	const outcome = await sandbox.runScriptLater(
		`const own = new Set([task, attr, node, config]);
		const seen = new Set();
		const loose = [];
		const todo = [[globalThis, 'globalThis'], [spawn, 'spawn'], [task.get, 'task.get'], [config.get, 'config.get']];
		while (todo.length > 0) {
			const [value, path] = todo.pop();
			if ((typeof value !== 'object' && typeof value !== 'function') || value === null || seen.has(value)) continue;
			seen.add(value);
			if (!Object.isFrozen(value) && !own.has(value) && !path.startsWith('spawn') && !path.startsWith('task.get')) loose.push(path);
			todo.push([Object.getPrototypeOf(value), path + '.[[Prototype]]']);
			for (const key of Reflect.ownKeys(value)) {
				const d = Object.getOwnPropertyDescriptor(value, key);
				for (const part of ['value', 'get', 'set']) todo.push([d[part], path + '.' + String(key)]);
			}
		}
		task.seen = seen.size;
		task.loose = loose;`,
		scope,
	);
	const {loose, seen} = outcome.kind === 'done' ? outcome.set : {};
	t.deepEqual(loose, []);
	t.true(Number(seen) > 500);
});

test('objects may have properties by the names of frozen ones', (t) => {
	t.is(
		here(
			"(() => { const o = {}; o.toString = () => 'mine'; return String(o); })()",
		),
		'mine',
	);
	t.is(
		here(
			"(() => { class Mine extends Error { constructor(m) { super(m); this.name = 'Mine'; } } return String(new Mine('x')); })()",
		),
		'Mine: x',
	);
	t.is(
		here(
			"(() => { const e = new TypeError('a'); e.message = 'b'; return e.message; })()",
		),
		'b',
	);
});

test('what a thread was told by one call is gone before the next', async (t) => {
	await sandbox.runScriptLater(
		'globalThis.leak = 1; Array.prototype.leak = 1',
		scope,
	);
	t.is(await there('typeof leak + typeof [].leak'), 'undefinedundefined');
});
