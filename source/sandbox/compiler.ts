import type {QuickJSContext, QuickJSHandle} from 'quickjs-emscripten-core';

export type Form = 'expression' | 'script';

export type Compiled =
	| {readonly kind: 'ok'; readonly value: QuickJSHandle}
	| {
			readonly kind: 'refused';
			readonly message: string;
			/** In the source, from 1; undefined where it is not known. */
			readonly place: Place | undefined;
	  };

export type Place = {readonly line: number; readonly column: number};

/** Makes functions from sources, and keeps those used lately. */
export type Compiler = {
	readonly compile: (form: Form, source: string) => Compiled;
	/** Lets go of those not used for longest, where there are many. Call it when none is in use. */
	readonly forget: () => void;
};

export const createCompiler = (context: QuickJSContext): Compiler => {
	const known = new Map<string, Compiled>();
	let knownCharacters = 0;

	/** Why it does not parse. */
	const faultOf = (code: string, linesBefore: number): Fault | undefined => {
		const {value, fault} = outcomeOf(
			context,
			context.evalCode(code, '', {strict: true, compileOnly: true}),
			linesBefore,
		);
		value?.dispose();
		return fault;
	};

	const make = (form: Form, source: string): Compiled => {
		const {check, code} = wrapped[form](source);
		// A source that fits between two kinds of brackets cannot have closed either, so that nothing of it stands outside of the function.
		const fault = faultOf(check, 1) ?? faultOf(code, 1);
		if (fault !== undefined) {
			// Alone, it gives a message without our brackets in it.
			const alone = form === 'expression' ? faultOf(source, 0) : fault;
			return {
				kind: 'refused',
				...(alone ?? {
					message: 'it is more than one expression',
					place: undefined,
				}),
			};
		}

		const {value, fault: defect} = outcomeOf(
			context,
			context.evalCode(code, form, {strict: true}),
			1,
		);
		return value === undefined
			? {kind: 'refused', message: '', place: undefined, ...defect}
			: {kind: 'ok', value};
	};

	return {
		compile(form, source) {
			const key = `${form} ${source}`;
			const found = known.get(key);
			if (found !== undefined) {
				known.delete(key);
				known.set(key, found);
				return found;
			}

			const made = make(form, source);
			known.set(key, made);
			knownCharacters += key.length;
			return made;
		},
		forget() {
			for (const [key, compiled] of known) {
				if (known.size <= mostSources && knownCharacters <= mostCharacters) {
					return;
				}

				known.delete(key);
				knownCharacters -= key.length;
				if (compiled.kind === 'ok') {
					compiled.value.dispose();
				}
			}
		},
	};
};

const mostSources = 2000;
const mostCharacters = 300_000;

const wrapped: Readonly<
	Record<
		Form,
		(source: string) => {readonly check: string; readonly code: string}
	>
> = {
	expression: (source) => ({
		check: `((task, attr, node, config) => [\n${source}\n])`,
		code: `((task, attr, node, config) => (\n${source}\n))`,
	}),
	script: (source) => ({
		check: `({script() {{\n${source}\n}}})`,
		code: `((task, attr, node, config, spawn, split, kill, output, fail, schedule) => {{\n${source}\n}})`,
	}),
};

type Fault = {readonly message: string; readonly place: Place | undefined};

const outcomeOf = (
	context: QuickJSContext,
	result: ReturnType<QuickJSContext['evalCode']>,
	linesBefore: number,
): {readonly value?: QuickJSHandle; readonly fault?: Fault} => {
	if (result.error === undefined) {
		return {value: result.value};
	}

	const {error} = result;
	const message = context
		.getProp(error, 'message')
		.consume((value) => context.getString(value));
	const numberOf = (name: string): number =>
		context.getProp(error, name).consume((value) => context.getNumber(value));
	const line = numberOf('lineNumber') - linesBefore;
	const column = numberOf('columnNumber');
	error.dispose();
	return {
		fault: {
			message: line > 1 ? `${message} (line ${line})` : message,
			place: line > 0 && column > 0 ? {line, column} : undefined,
		},
	};
};
