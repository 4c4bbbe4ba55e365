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

/** More than what is refused by name: tricks on what a script is given. None may reach the host, none may throw anything but a message. */
const tricks: Readonly<Record<string, string>> = {
	'the constructor of the scope':
		"task.constructor.constructor('return globalThis')()",
	'the constructor of a function of the scope':
		"task.get.constructor('return this')()",
	'the prototype of a function of the scope':
		"Object.getPrototypeOf(config.get).constructor('return process')()",
	'a constructor by a symbol': "[].constructor.from.constructor('return 1')()",
	'the caller of a function': '(function f() { return f.caller; })().x',
	'the arguments of a caller':
		'(function () { return arguments.callee.caller; })()',
	'a constructor through an error':
		"(() => { try { null.x; } catch (e) { return e.constructor.constructor('return 1')(); } })()",
	'a constructor through a proxy':
		"new Proxy(() => {}, {get: (f, k) => Reflect.get(f, k)}).constructor('return 1')()",
	'a constructor through a class': "(class {}).constructor('return 1')()",
	'a constructor through a bound function':
		"(() => {}).bind().constructor('return 1')()",
	'a constructor through a tag': "String.raw.constructor('return 1')()",
	'a getter put over the scope':
		"Object.defineProperty(globalThis, 'task', {get: () => 1})",
	'a setter on the prototype of all':
		"({}).__proto__.__defineSetter__('x', () => {}), ({}).x = 1, fail('set')",
	'the prototype of the scope exchanged':
		'Object.setPrototypeOf(Object.prototype, {leak: 1}).leak',
	'another species':
		'(() => { class A extends Array { static get [Symbol.species]() { return globalThis.constructor; } } return new A(1, 2).map((x) => x).constructor("return 1")(); })()',
	'a species put on arrays':
		'Object.defineProperty(Array, Symbol.species, {value: Function})',
	'text made into code':
		"new (Object.getPrototypeOf(async () => {}).constructor)('return 1')",
	'a generator made of text':
		"new (Object.getPrototypeOf(function* () {}).constructor)('yield 1')",
	'an import': "import('fs')",
	'a module': 'import.meta',
	with: '(function () { with ({}) {} })()',
	'a timer': 'setTimeout(() => 1)',
	'waiting on shared memory':
		'Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)',
	'a worker': "new Worker('data:')",
	'a realm': 'new ShadowRealm()',
	'a finalizer': 'new FinalizationRegistry(() => {})',
	'the standard library of the engine': "std.loadFile('/etc/passwd')",
	'the operating system of the engine': "os.exec(['id'])",
	'the end of a script and another one': '1}; globalThis.leak = 1; {2',
	'a comment to the end': '1 //',
	'an unclosed template': '`${',
	'an html comment': '<!-- x\n',
};

for (const [what, source] of Object.entries(tricks)) {
	test(`out of the sandbox there is no way by ${what}`, async (t) => {
		const given = [here(source), await there(source)];
		for (const one of given) {
			const text = JSON.stringify(one);
			t.true(
				text.startsWith('"failed: ') || ['null', '1'].includes(text),
				text,
			);
			t.notRegex(text, /file:|node_modules|\/source\/|wasm|\n/v);
		}

		t.is(
			here('typeof leak + typeof ({}).leak + [1].map((x) => x).length'),
			'undefinedundefined1',
		);
		t.is(await there('typeof leak + typeof ({}).leak'), 'undefinedundefined');
	});
}

/** Results that are no plain values: each is refused in words, or told as JSON tells it, within the meter's bounds. */
const results: Readonly<Record<string, RegExp>> = {
	'(() => { const a = []; a.push(a); return a; })()': /failed: /v,
	'(() => { let a = 1; for (let i = 0; i < 5000; i++) a = [a]; return a; })()':
		/failed: |^"\[/v,
	'({toJSON() { return this; }})': /.*/v,
	'({get a() { throw new Error("no"); }})': /failed: .*no/v,
	'new Proxy({}, {ownKeys() { throw new Error("no"); }})': /failed: .*no/v,
	'new Proxy({}, {ownKeys() { return Array.from({length: 1e7}, (_, i) => String(i)); }})':
		/failed: /v,
	'({toString() { for (;;); }}) + ""': /failed: /v,
	'({valueOf() { for (;;); }}) * 2': /failed: /v,
	'({[Symbol.toPrimitive]() { for (;;); }}) * 2': /failed: /v,
	'({toJSON() { for (;;); }})': /failed: /v,
	'[1, 2].sort(() => { for (;;); })': /failed: /v,
	'"x".replace(/x/, () => { for (;;); })': /failed: /v,
	'Symbol("a")': /failed: /v,
	'10n': /failed: /v,
	'() => 1': /failed: /v,
	NaN: /failed: /v,
	'Promise.resolve(1)': /failed: /v,
	'(async () => 1)()': /failed: /v,
	'new Date(NaN)': /failed: |null/v,
};

for (const [source, expected] of Object.entries(results)) {
	test(`a result that is no plain value does no harm: ${source}`, async (t) => {
		const given = JSON.stringify(await there(source));
		t.regex(given, expected);
		t.true(given.length < 100_000);
		t.is(await there('1 + 1'), 2);
	});
}

/** Each asks for far more memory or time than it may have. */
const bombs: Readonly<Record<string, string>> = {
	'a string that doubles': '(() => { let s = "x"; for (;;) s += s; })()',
	'a repeated string': '"x".repeat(2 ** 30).length',
	'a padded string': '"".padEnd(2 ** 30, "ab")',
	'a joined array': 'new Array(2 ** 31).join("xx")',
	'an array that is filled': 'new Array(2 ** 28).fill(0).length',
	'an array from a length': 'Array.from({length: 2 ** 30}).length',
	'arrays in arrays': '(() => { let a = [1]; for (;;) a = [...a, ...a]; })()',
	flattening:
		'(() => { let a = [1]; for (let i = 0; i < 40; i++) a = [a, a]; return a.flat(Infinity).length; })()',
	'a typed array': 'new Float64Array(2 ** 28).length',
	'a growing buffer':
		'new ArrayBuffer(1, {maxByteLength: 2 ** 40}).byteLength + new ArrayBuffer(2 ** 40).byteLength',
	'a map without end':
		'(() => { const m = new Map(); for (let i = 0; ; i++) m.set(i, {}); })()',
	'a large number': '(() => { let b = 9n; for (;;) b **= 9n; })()',
	'a regular expression made of text':
		'new RegExp("(".repeat(1e5) + ")".repeat(1e5)).test("")',
	'a regular expression with counts':
		'/(?:(?:(?:a{0,1000}){0,1000}){0,1000}){0,1000}b/.test("a".repeat(1000))',
	'a regular expression that goes back':
		'/^(?:a|a)+$/.test("a".repeat(60) + "b")',
	'a replacement that grows':
		'(() => { let s = "ab"; for (;;) s = s.replace(/./g, "$&$&"); })()',
	splitting: '"x".repeat(2e6).split("").map((c) => [c, c]).length',
	'JSON text that is deep':
		'JSON.parse("[".repeat(1e6) + "]".repeat(1e6)).length',
	'recursion through a getter': '({get a() { return this.a; }}).a',
	'recursion through a proxy':
		'(() => { const p = new Proxy({}, {get: (_, k, r) => r[k]}); return p.x; })()',
	'recursion through toString':
		'(() => { const o = {toString() { return "" + o; }}; return "" + o; })()',
	'recursion through sorting':
		'(() => { const f = () => [2, 1].sort(f); return f(); })()',
	'many small calls': '(() => { const f = () => 1; for (;;) f(); })()',
	'many small calls of the scope': '(() => { for (;;) task.get("x", 1); })()',
	'many exceptions': '(() => { for (;;) try { null.x; } catch {} })()',
	'a generator without end':
		'[...(function* () { for (;;) yield 1; })()].length',
	'an iterator that is asked for all':
		'Array.from({[Symbol.iterator]() { return {next: () => ({value: 1, done: false})}; }}).length',
	'a source without end': `${'1+'.repeat(60_000)}1`,
	'names without end': `(() => { ${Array.from({length: 20_000}, (_, index) => `let n${index} = 1;`).join('')} for (;;); })()`,
};

for (const [what, source] of Object.entries(bombs)) {
	test.serial(
		`${what} is stopped, and what comes after it is served`,
		async (t) => {
			const given = await there(source);
			t.regex(
				typeof given === 'string' ? given : JSON.stringify(given),
				/^failed: |^\d+$/v,
			);
			t.is(await there('1 + 1'), 2);
			t.is(here('1 + 1'), 2);
		},
	);
}
