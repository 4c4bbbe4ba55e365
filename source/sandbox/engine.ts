import variant from '@jitl/quickjs-wasmfile-release-sync';
import {
	newQuickJSWASMModuleFromVariant,
	newVariant,
	type QuickJSHandle,
	type QuickJSWASMModule,
} from 'quickjs-emscripten-core';
import {FarmError} from '../core/errors.js';
import {createCompiler, type Place} from './compiler.js';
import {fuelExport, stackExport} from './meter.js';
import {prelude} from './prelude.js';
import type {EncodedScope} from './scope.js';

/** What a call may cost. */
export type Allowance = {
	/** What it may use before it must have asked `goOn`; a unit takes 3 to 15 ns. See meter.ts. */
	readonly fuel: number;
	/** For a source that was not seen before: what reading it may use, apart from that. */
	readonly readingFuel: number;
	/** Asked now and then, with the fuel that is left; gives the fuel to go on with, or 0 to stop. */
	readonly goOn: (left: number) => number;
};

export type Call = {
	readonly kind: 'evaluate' | 'script' | 'check';
	/** The expressions to evaluate or only to read, or the one script. */
	readonly sources: readonly string[];
	readonly scope: EncodedScope;
};

/** How a call came out. */
export type Answer =
	/** JSON text; see prelude.ts. */
	| {readonly kind: 'text'; readonly text: string}
	/** One of the sources is not an expression, or not a script. */
	| {
			readonly kind: 'refused';
			readonly source: string;
			readonly message: string;
			readonly place: Place | undefined;
	  }
	/** Out of fuel, or told not to go on. */
	| {readonly kind: 'stopped'}
	/** Out of memory or stack. */
	| {readonly kind: 'exhausted'; readonly message: string};

/** One QuickJS. What a call tells it is gone before the next. */
export type Engine = {
	readonly call: (call: Call, allowance: Allowance) => Answer;
};

export type EngineOptions = {
	/** See program.ts. */
	readonly program: WebAssembly.Module;
	/** For what a call may make. */
	readonly memoryLimitBytes: number;
	/** Of JSON text that a call may give. */
	readonly mostCharacters: number;
};

export const createEngine = async ({
	program,
	memoryLimitBytes,
	mostCharacters,
}: EngineOptions): Promise<Engine> => {
	// QuickJS's own limit leaves out array buffers.
	const most = Math.max(
		firstPages,
		Math.ceil(((memoryLimitBytes + ownBytes) * 1.25) / pageBytes),
	);
	const memory = new WebAssembly.Memory({initial: firstPages, maximum: most});
	const {quickjs, fuel, stack} = await instantiate(program, memory);
	let goOn: Allowance['goOn'] = (left) => left;

	const runtime = quickjs.newRuntime({
		memoryLimitBytes: memoryLimitBytes + ownBytes,
		maxStackSizeBytes: stackBytes,
		interruptHandler() {
			const next = goOn(fuel.value);
			if (next > 0) {
				fuel.value = next;
			}

			return next <= 0;
		},
	});
	const context = runtime.newContext({intrinsics});
	const entries = context.unwrapResult(
		context.evalCode(
			`((mostCharacters) => {${prelude}})(${mostCharacters})`,
			'sandbox',
			{strict: true},
		),
	);
	const evaluate = context.getProp(entries, 'evaluate');
	const script = context.getProp(entries, 'script');
	const {undefined: nothing} = context;
	let compiler = createCompiler(context);
	const fresh = {memory: usedPart(memory), stack: stack.value};

	/** A call was stopped half-way, or has seen the limits: back to where everything was at first. A tenth of the time that a new engine takes. */
	const restore = (): void => {
		new Uint8Array(memory.buffer).set(fresh.memory);
		stack.value = fresh.stack;
		// What it had compiled is gone with the rest.
		compiler = createCompiler(context);
	};

	const ended = (message: string): Answer | undefined => {
		if (message === 'interrupted') {
			return {kind: 'stopped'};
		}

		if (message === outOfMemory) {
			return {kind: 'exhausted', message};
		}

		return message === 'stack overflow'
			? {kind: 'exhausted', message: tooDeep}
			: undefined;
	};

	const run = ({kind, sources, scope}: Call, allowance: Allowance): Answer => {
		const bodies: QuickJSHandle[] = [];
		fuel.value = allowance.readingFuel;
		for (const source of sources) {
			const body = compiler.compile(
				kind === 'script' ? 'script' : 'expression',
				source,
			);
			if (body.kind === 'refused') {
				return (
					ended(body.message) ?? {
						kind: 'refused',
						source,
						message: body.message,
						place: body.place,
					}
				);
			}

			bodies.push(body.value);
		}

		if (kind === 'check') {
			return {kind: 'text', text: '[]'};
		}

		for (const source of scope.expressions) {
			const body = compiler.compile('expression', source);
			// Whoever looks at one that does not parse is told; a limit says nothing of it.
			const end = body.kind === 'refused' ? ended(body.message) : undefined;
			if (end !== undefined) {
				return end;
			}

			bodies.push(body.kind === 'refused' ? nothing : body.value);
		}

		fuel.value = allowance.fuel;
		const seen = context.newString(scope.text);
		const count = context.newNumber(sources.length);
		const result =
			kind === 'script'
				? context.callFunction(script, nothing, seen, ...bodies)
				: context.callFunction(evaluate, nothing, seen, count, ...bodies);
		seen.dispose();
		count.dispose();
		if (result.error === undefined) {
			const text = result.value.consume((value) => context.getString(value));
			return text === ''
				? {
						kind: 'exhausted',
						message: `gave more than ${mostCharacters} characters`,
					}
				: {kind: 'text', text};
		}

		const message = context
			.getProp(result.error, 'message')
			.consume((value) => context.getString(value));
		result.error.dispose();
		return ended(message) ?? {kind: 'exhausted', message};
	};

	const attempt = (what: Call, allowance: Allowance): Answer => {
		try {
			return run(what, allowance);
		} catch (error) {
			// Out of fuel, or this thread's own stack is full.
			return error instanceof RangeError
				? {kind: 'exhausted', message: tooDeep}
				: {kind: 'stopped'};
		}
	};

	return {
		call(what, allowance) {
			goOn = allowance.goOn;
			const answer = attempt(what, allowance);
			fuel.value = plenty;
			if (answer.kind === 'stopped' || answer.kind === 'exhausted') {
				restore();
			} else {
				compiler.forget();
			}

			return answer;
		},
	};
};

/** What QuickJS says when a call asked for more than the limit. */
export const outOfMemory = 'out of memory';

const tooDeep = 'called itself too deep';

/** For the engine itself: the prelude, and compiled sources. */
const ownBytes = 4 * 2 ** 20;
/** Scripts get about 700 calls deep. */
const stackBytes = 256 * 1024;
const pageBytes = 65_536;
/** QuickJS is made to begin with 16 MiB. */
const firstPages = 256;
const plenty = 0x7f_ff_ff_ff;

/** Promises are left out: nothing would wait for them, and what they hold back would run in another task's time. */
const intrinsics = {
	BaseObjects: true,
	Date: true,
	Eval: true,
	StringNormalize: true,
	RegExp: true,
	RegExpCompiler: true,
	JSON: true,
	Proxy: true,
	MapSet: true,
	TypedArrays: true,
	BigInt: true,
};

/** A copy of the memory up to the last byte that is not zero: about 1 of 16 MiB. What is made of the rest later is set before it is read. */
const usedPart = (memory: WebAssembly.Memory): Uint8Array => {
	const words = new BigUint64Array(memory.buffer);
	return new Uint8Array(memory.buffer).slice(
		0,
		(words.findLastIndex((word) => word !== 0n) + 1) * 8,
	);
};

const instantiate = async (
	program: WebAssembly.Module,
	memory: WebAssembly.Memory,
): Promise<{
	readonly quickjs: QuickJSWASMModule;
	readonly fuel: WebAssembly.Global;
	readonly stack: WebAssembly.Global;
}> => {
	let exported: WebAssembly.Exports = {};
	// As an ES module it is the default export; its types are those of its CommonJS form.
	const base = 'default' in variant ? variant.default : variant;
	const quickjs = await newQuickJSWASMModuleFromVariant(
		newVariant(base, {
			wasmMemory: memory,
			emscriptenModule: {
				instantiateWasm(
					imports: WebAssembly.Imports,
					done: (instance: WebAssembly.Instance) => void,
				) {
					const instance = new WebAssembly.Instance(program, imports);
					exported = instance.exports;
					done(instance);
					return instance.exports;
				},
			},
		}),
	);
	const fuel = exported[fuelExport];
	const stack = exported[stackExport];
	if (!(
		fuel instanceof WebAssembly.Global && stack instanceof WebAssembly.Global
	)) {
		throw new FarmError(
			'INTERNAL',
			"The sandbox's program has no meter. This is a defect.",
		);
	}

	return {quickjs, fuel, stack};
};
