/**
The first script of every sandbox. It takes away what could carry something from one task to the next or make code out of text, adds the names that nodes.md promises, freezes everything that is left, and gives back two functions:

- `evaluate(scope, count, ...functions)`: JSON text of a list with, for each of the first `count` functions, `[value]`, `"message"`, or `{"is": "undefined"}` where it is nothing that JSON holds
- `script(scope, body, ...functions)`: JSON text of a `ScriptOutcome`

Both give an empty text where it would be longer than `mostCharacters`. Scopes are JSON text as `encodeScope` makes it. The functions that come last are the node's parameters that are expressions, in the order of `lazy`.
*/
export const prelude = String.raw`
const {
	Array, Error, InternalError, JSON, Map, Math, Number, Object, Proxy, Reflect, Set, String, TypeError,
} = globalThis;
const {parse, stringify} = JSON;

// Taken away: what makes code from text (that code could declare globals that outlive the task), and what runs later than it should.
const refuse = function () {
	throw new TypeError('making functions from text is not possible here');
};
// Without promises, asynchronous functions are left with no prototype of their own.
const kinds = [function () {}, function* () {}, async function () {}, async function* () {}]
	.map((made) => Object.getPrototypeOf(made))
	.filter((kind) => kind !== null && kind !== Object.prototype);
for (const kind of kinds) {
	Object.defineProperty(kind, 'constructor', {value: refuse, writable: false, enumerable: false, configurable: false});
}
for (const name of [
	'eval', 'Function', 'Promise', 'queueMicrotask', 'WeakRef', 'FinalizationRegistry', 'SharedArrayBuffer', 'Atomics', 'AggregateError',
	'print', 'console', 'std', 'os', 'bjson', 'performance', 'navigator', 'gc', 'scriptArgs',
]) {
	delete globalThis[name];
}

// Names that are added.
const add = (name, value) => {
	Object.defineProperty(globalThis, name, {value, writable: true, enumerable: false, configurable: true});
};
for (const name of Object.getOwnPropertyNames(Math)) {
	add(name, Math[name]);
}

const withoutSlashes = (path) => {
	let end = path.length;
	while (end > 1 && path[end - 1] === '/') {
		end--;
	}
	return path.slice(0, end);
};
const basename = (path, suffix = '') => {
	const whole = withoutSlashes(String(path));
	const name = whole.slice(whole.lastIndexOf('/') + 1);
	return suffix !== '' && name !== suffix && name.endsWith(suffix) ? name.slice(0, -suffix.length) : name;
};
const dirname = (path) => {
	const whole = String(path);
	let end = -1;
	let inName = false;
	for (let index = whole.length - 1; index >= 1; index--) {
		if (whole[index] !== '/') {
			inName = true;
		} else if (inName) {
			end = index;
			break;
		}
	}
	if (end === -1) {
		return whole[0] === '/' ? '/' : '.';
	}
	// Two slashes at the beginning are kept, as POSIX lets them mean something else than one.
	return end === 1 && whole[0] === '/' ? '//' : whole.slice(0, end);
};
const extname = (path) => {
	const name = basename(path);
	const dot = name.lastIndexOf('.');
	return dot <= 0 || name === '..' ? '' : name.slice(dot);
};
const join = (...parts) => {
	const path = parts.map((part) => String(part)).filter((part) => part !== '').join('/');
	if (path === '') {
		return '.';
	}
	const absolute = path[0] === '/';
	const kept = [];
	for (const part of path.split('/')) {
		if (part === '..' && kept.length > 0 && kept.at(-1) !== '..') {
			kept.pop();
		} else if (part === '..' ? !absolute : part !== '' && part !== '.') {
			kept.push(part);
		}
	}
	const joined = (absolute ? '/' : '') + kept.join('/');
	return (joined === '' ? '.' : joined) + (path.endsWith('/') && kept.length > 0 ? '/' : joined === '' && path.endsWith('/') ? '/' : '');
};
const pad = (number, width) => {
	const text = String(number);
	const sign = text[0] === '-' ? '-' : '';
	return sign + text.slice(sign.length).padStart(width - sign.length, '0');
};
for (const [name, value] of Object.entries({basename, dirname, extname, join, pad})) {
	add(name, value);
}

// Frozen prototypes would forbid objects properties of their own by these names; a setter that defines one on the object lets them.
const letOverride = (prototype) => {
	for (const name of Object.getOwnPropertyNames(prototype)) {
		const {value, writable, configurable, enumerable} = Object.getOwnPropertyDescriptor(prototype, name);
		if (!writable || !configurable) {
			continue;
		}
		Object.defineProperty(prototype, name, {
			get: () => value,
			set(own) {
				if (this === prototype) {
					throw new TypeError(name + ' is read-only');
				}
				Object.defineProperty(this, name, {value: own, writable: true, enumerable: true, configurable: true});
			},
			enumerable,
			configurable,
		});
	}
};
letOverride(Object.prototype);
for (const name of Object.getOwnPropertyNames(globalThis)) {
	const prototype = typeof globalThis[name] === 'function' ? globalThis[name].prototype : undefined;
	if (prototype === Error.prototype || prototype instanceof Error) {
		letOverride(prototype);
	}
}

const frozen = new Set();
const freeze = (value) => {
	const todo = [value];
	while (todo.length > 0) {
		const next = todo.pop();
		if ((typeof next !== 'object' && typeof next !== 'function') || next === null || frozen.has(next)) {
			continue;
		}
		frozen.add(next);
		Object.freeze(next);
		todo.push(Object.getPrototypeOf(next));
		for (const key of Reflect.ownKeys(next)) {
			const {value: own, get, set} = Object.getOwnPropertyDescriptor(next, key);
			todo.push(own, get, set);
		}
	}
};

// Objects of which the first goes before the second and so on, with a get(name, fallback) that a name in them does not hide from itself.
// Nothing here may refer to itself in a circle: that would have to be found by the garbage collector, which costs a millisecond.
const layered = (...layers) => {
	const top = Object.defineProperty({}, 'get', {value: get});
	[top, ...layers].reduce((upper, lower) => {
		Object.setPrototypeOf(upper, lower);
		return lower;
	});
	return top;
};
function get(name, fallback) {
	for (let layer = Object.getPrototypeOf(this); layer !== Object.prototype; layer = Object.getPrototypeOf(layer)) {
		if (Object.hasOwn(layer, name)) {
			return layer[name];
		}
	}
	return fallback;
}

const taskOf = ({task, attributes}) => (attributes === undefined ? layered(task) : layered(task, attributes));
const configOf = ({config: {own, globals}}) => layered(own, globals);
const nodeOf = (scope, call, functions) => {
	const {node, parameters, lazy} = scope;
	for (const [index, [name, row, cell]] of lazy.entries()) {
		const place = row === undefined ? parameters : parameters[name][row];
		let busy = false;
		Object.defineProperty(place, cell ?? name, {
			get() {
				if (busy) {
					throw new Error("node['" + name + "'] depends on itself");
				}
				busy = true;
				try {
					if (functions[index] === undefined) {
						throw new Error("node['" + name + "'] is not a valid expression");
					}
					return call(functions[index]);
				} finally {
					busy = false;
				}
			},
			enumerable: true,
			configurable: true,
		});
	}
	return Object.setPrototypeOf(node, parameters);
};

const hasNoNumber = (key, value) => {
	if (typeof value === 'number' && !Number.isFinite(value)) {
		throw new TypeError((key === '' ? 'it' : key) + ' is ' + value);
	}
	return value;
};
const encode = (value) => {
	const text = stringify(value);
	// JSON writes NaN and infinities as null.
	return text !== undefined && text.includes('null') ? stringify(value, hasNoNumber) : text;
};
// Where in a script, counted without the line before it.
const lineOf = (thrown) => {
	const [, line] = /\(script:(\d+)/.exec(thrown.stack) ?? [];
	return line > 1 ? ' (line ' + (line - 1) + ')' : '';
};
// What QuickJS throws at its limits is not the script's own failure.
const passOn = (thrown) => {
	if (thrown instanceof InternalError && limits.has(thrown.message)) {
		throw thrown;
	}
};
const limits = new Set(['interrupted', 'out of memory', 'stack overflow']);
const describe = (thrown, where = () => '') => {
	try {
		const message = thrown instanceof Error ? String(thrown.message) || String(thrown.name) : typeof thrown === 'object' ? stringify(thrown) : String(thrown);
		return (message.length > 1000 ? message.slice(0, 1000) + '…' : message) + (thrown instanceof Error ? where(thrown) : '');
	} catch {
		return 'something that cannot be shown was thrown';
	}
};
const outcome = (value) => {
	switch (typeof value) {
		case 'string':
		case 'boolean': {
			return '[' + stringify(value) + ']';
		}
		case 'number': {
			return Number.isFinite(value) ? '[' + value + ']' : '{"is":"' + value + '"}';
		}
		case 'object': {
			const text = value === null ? 'null' : encode(value);
			return text === undefined ? '{"is":"undefined"}' : '[' + text + ']';
		}
		default: {
			return '{"is":"' + (typeof value === 'undefined' ? 'undefined' : 'a ' + typeof value) + '"}';
		}
	}
};

const evaluate = (text, count, ...functions) => {
	const scope = parse(text);
	const task = scope.task === undefined ? undefined : taskOf(scope);
	const config = scope.config === undefined ? undefined : configOf(scope);
	let node;
	const call = (expression) => expression(task, scope.attributes, node, config);
	if (scope.node !== undefined) {
		node = nodeOf(scope, call, functions.slice(count));
	}
	let out = '[';
	for (let index = 0; index < count; index++) {
		let one;
		try {
			one = outcome(call(functions[index]));
		} catch (error) {
			passOn(error);
			one = stringify(describe(error));
		}
		out += index === 0 ? one : ',' + one;
		if (out.length > mostCharacters) {
			return '';
		}
	}
	// It holds getters that hold it.
	node = undefined;
	return out + ']';
};

const isPlain = (value) => typeof value === 'object' && value !== null && !Array.isArray(value);
const attributesOf = (value, what) => {
	if (!isPlain(value)) {
		throw new TypeError(what + ' are an object, such as {frame: 1}');
	}
	const text = {};
	for (const [name, own] of Object.entries(value)) {
		Object.defineProperty(text, name, {value: json(own, name), enumerable: true, configurable: true, writable: true});
	}
	return text;
};
// A value's JSON text; an error that names the attribute where JSON cannot hold it.
const json = (value, name) => {
	if (typeof value === 'number' && !Number.isFinite(value)) {
		throw new TypeError("attribute '" + name + "' cannot be " + value);
	}
	let text;
	try {
		text = encode(value);
	} catch (error) {
		passOn(error);
		throw new TypeError("attribute '" + name + "' cannot be kept: " + describe(error));
	}
	if (text === undefined) {
		throw new TypeError("attribute '" + name + "' cannot be " + (typeof value === 'undefined' ? 'undefined' : 'a ' + typeof value));
	}
	return text;
};
const objectText = (entries) =>
	'{' + Object.entries(entries).map(([name, text]) => stringify(name) + ':' + text).join(',') + '}';

const script = (text, body, ...functions) => {
	const scope = parse(text);
	const fields = scope.task;
	const attr = scope.attributes;
	const before = parse(text).attributes;
	const readOnly = (name) => {
		throw new TypeError("task['" + String(name) + "'] is not an attribute and cannot be changed here; an attribute of that name is attr['" + String(name) + "']");
	};
	const task = new Proxy(attr, {
		get: (_, name) => (Object.hasOwn(fields, name) ? fields[name] : name === 'get' ? getOf : attr[name]),
		has: (_, name) => Object.hasOwn(fields, name) || name === 'get' || name in attr,
		set(_, name, value) {
			if (Object.hasOwn(fields, name) || name === 'get') {
				readOnly(name);
			}
			attr[name] = value;
			return true;
		},
		deleteProperty(_, name) {
			if (Object.hasOwn(fields, name)) {
				readOnly(name);
			}
			return delete attr[name];
		},
	});
	const getOf = (name, fallback) =>
		Object.hasOwn(fields, name) ? fields[name] : Object.hasOwn(attr, name) ? attr[name] : fallback;
	const config = configOf(scope);
	let node;
	const call = (expression) => expression(task, attr, node, config);
	node = nodeOf(scope, call, functions);

	let failed;
	let elements;
	let leaves;
	let killed = false;
	let scheduled = false;
	const spawned = [];
	const fail = (message = 'fail() was called') => {
		failed ??= String(message);
		throw new Error(failed);
	};
	const spawn = (name, attributes = {}) => {
		if (typeof name !== 'string' || name === '') {
			throw new TypeError('spawn(name, attributes) needs a name');
		}
		spawned.push('{"name":' + stringify(name) + ',"attributes":' + objectText(attributesOf(attributes, "a spawned task's attributes")) + '}');
	};
	const split = (parts) => {
		if (!Array.isArray(parts) || parts.length === 0) {
			throw new TypeError('split([...]) needs a list with one object of extra attributes for each element');
		}
		elements = parts.map((part) => objectText(attributesOf(part, "an element's attributes")));
	};
	const kill = () => {
		killed = true;
	};
	const output = (name) => {
		if (typeof name !== 'string') {
			throw new TypeError('output(name) needs the name of an output');
		}
		leaves = name;
	};
	const schedule = () => {
		scheduled = true;
	};

	try {
		body(task, attr, node, config, spawn, split, kill, output, fail, schedule);
		if (failed === undefined) {
			const set = {};
			for (const [name, value] of Object.entries(attr)) {
				const own = json(value, name);
				if (!Object.hasOwn(before, name) || stringify(before[name]) !== own) {
					Object.defineProperty(set, name, {value: own, enumerable: true});
				}
			}
			const unset = Object.keys(before).filter((name) => !Object.hasOwn(attr, name));
			const out = '{"kind":"done","set":' + objectText(set) + ',"unset":' + stringify(unset) + ',"spawn":[' + spawned.join(',') + ']'
				+ (elements === undefined ? '' : ',"split":[' + elements.join(',') + ']')
				+ (leaves === undefined ? '' : ',"output":' + stringify(leaves))
				+ ',"kill":' + killed + ',"schedule":' + scheduled + '}';
			return out.length > mostCharacters ? '' : out;
		}
	} catch (error) {
		if (failed === undefined) {
			passOn(error);
		}
		failed ??= 'The script failed: ' + describe(error, lineOf);
	}
	return stringify({kind: 'failed', message: failed});
};

const entries = {evaluate, script};
freeze(entries);
freeze(get);
freeze(globalThis);
for (const hidden of [
	...kinds, (function* () {})(), [].values(), ''[Symbol.iterator](), new Map().values(), new Set().values(), ''.matchAll(/x/g),
	Iterator.from({next() {}}), [].values().map((x) => x), Iterator.concat === undefined ? undefined : Iterator.concat([]),
]) {
	freeze(hidden);
}
return entries;
`;
