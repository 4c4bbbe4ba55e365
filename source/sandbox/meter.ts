import {FarmError} from '../core/errors.js';

/** What the metered program exports beside its own: an i32 that counts down, by one at each turn of a loop, each call, and each 32 bytes that are filled or copied at once, and ends the program at zero. */
export const fuelExport = 'fuel';
/** The program's only variable outside of its memory, exported too: with that and a copy of the memory, it can be put back to where it was. */
export const stackExport = 'stack';

/**
Rewrites a WebAssembly program so that it can never run for longer than it is given fuel for.

QuickJS asks its interrupt handler only once in ten thousand turns of a script's loops, and not at all inside most of its built-in functions: `'a'.repeat(1e5).indexOf('a'.repeat(5e4) + 'b')` held the thread for 3.8 s against a limit of 100 ms. Counted in the program itself, nothing that runs in it escapes the count. A program that ran dry stops in the middle of what it did and must be thrown away.

@param program - bytes of a module with at most one memory and without vector, exception and garbage-collection instructions, as QuickJS is
*/
export const meter = (program: Uint8Array): Uint8Array<ArrayBuffer> => {
	const sections = readSections(program);
	const globals = sections.find(({id}) => id === globalSection)?.content;
	// One variable: an i32 that changes.
	if (globals?.[0] !== 1 || globals[1] !== 0x7f || globals[2] !== 1) {
		throw new FarmError(
			'INTERNAL',
			"The sandbox's program has other variables than its stack, so this is not the QuickJS that this release was made for.",
		);
	}

	const charges = chargesTo(fuelGlobal);
	const rewritten = sections.map(({id, content}) => {
		if (id === globalSection) {
			// Two more, both i32 that change: the fuel, at first more than starting up takes, and a place to put a size aside.
			return section(id, [
				[3],
				globals.subarray(1),
				[0x7f, 0x01, 0x41, 0xff, 0xff, 0xff, 0xff, 0x07, 0x0b],
				[0x7f, 0x01, 0x41, 0x00, 0x0b],
			]);
		}

		if (id === exportSection) {
			const [count, after] = readNumber(content, 0);
			return section(id, [
				number(count + 2),
				content.subarray(after),
				exportOf(fuelExport, fuelGlobal),
				exportOf(stackExport, stackGlobal),
			]);
		}

		return section(
			id,
			id === codeSection ? meterCode(content, charges) : [content],
		);
	});
	return joined([program.subarray(0, 8), ...rewritten]);
};

type Bytes = Uint8Array | readonly number[];
type Section = {readonly id: number; readonly content: Uint8Array};

const globalSection = 6;
const exportSection = 7;
const codeSection = 10;

const stackGlobal = 0;
const fuelGlobal = 1;

const loop = 0x03;
const bulk = 0xfc;
/** `memory.init`, `memory.copy`, `memory.fill`. */
const isMemoryBulk = (operation: number): boolean =>
	[8, 10, 11].includes(operation);

type Charges = {
	/** One unit less; at zero: trap. */
	readonly one: readonly number[];
	/** Where the topmost value is a number of bytes: a unit less for each 32 of them; unless some are left: trap. */
	readonly bytes: readonly number[];
};

const chargesTo = (global: number): Charges => {
	const fuel = number(global);
	const size = number(global + 1);
	const trap = [0x04, 0x40, 0x00, 0x0b];
	return {
		one: [
			0x23,
			...fuel,
			0x41,
			1,
			0x6b,
			0x24,
			...fuel,
			0x23,
			...fuel,
			0x45,
			...trap,
		],
		bytes: [
			0x24,
			...size,
			0x23,
			...fuel,
			0x23,
			...size,
			0x41,
			5,
			0x76,
			0x6b,
			0x24,
			...fuel,
			0x23,
			...fuel,
			0x41,
			0,
			0x4c,
			...trap,
			0x23,
			...size,
		],
	};
};

const meterCode = (content: Uint8Array, charges: Charges): Bytes[] => {
	const [count, start] = readNumber(content, 0);
	const pieces: Bytes[] = [number(count)];
	let offset = start;
	for (let index = 0; index < count; index++) {
		const [size, body] = readNumber(content, offset);
		const metered = meterFunction(content.subarray(body, body + size), charges);
		pieces.push(number(byteLength(metered)), ...metered);
		offset = body + size;
	}

	return pieces;
};

const meterFunction = (body: Uint8Array, charges: Charges): Bytes[] => {
	let offset = skipLocals(body);
	const pieces: Bytes[] = [body.subarray(0, offset), charges.one];
	let copied = offset;
	while (offset < body.length) {
		const start = offset;
		offset = skipInstruction(body, start);
		if (body[start] === loop) {
			pieces.push(body.subarray(copied, offset), charges.one);
			copied = offset;
		} else if (
			body[start] === bulk &&
			isMemoryBulk(readNumber(body, start + 1)[0])
		) {
			pieces.push(body.subarray(copied, start), charges.bytes);
			copied = start;
		}
	}

	pieces.push(body.subarray(copied));
	return pieces;
};

const skipLocals = (body: Uint8Array): number => {
	let [groups, offset] = readNumber(body, 0);
	for (; groups > 0; groups--) {
		offset = skipNumber(body, offset) + 1;
	}

	return offset;
};

/** Where the instruction after the one at `start` begins. See the WebAssembly specification, 5.4. */
const skipInstruction = (body: Uint8Array, start: number): number => {
	const code = body[start] ?? 0;
	const after = start + 1;
	const operands = operandsOf(code);
	if (operands !== undefined) {
		return skipNumbers(body, after, operands);
	}

	switch (code) {
		case branchTable: {
			const [targets, first] = readNumber(body, after);
			return skipNumbers(body, first, targets + 1);
		}

		case selectOfTypes: {
			const [types, first] = readNumber(body, after);
			return first + types;
		}

		case float32: {
			return after + 4;
		}

		case float64: {
			return after + 8;
		}

		case bulk: {
			const [operation, first] = readNumber(body, after);
			const count = bulkOperands[operation];
			if (count === undefined) {
				throw unknownInstruction(code);
			}

			return skipNumbers(body, first, count);
		}

		default: {
			throw unknownInstruction(code);
		}
	}
};

const branchTable = 0x0e;
const selectOfTypes = 0x1c;
const float32 = 0x43;
const float64 = 0x44;

/** How many numbers follow the instruction; undefined where something else does. */
const operandsOf = (code: number): number | undefined => {
	if (code >= 0x45 && code <= 0xc4) {
		// Calculations.
		return 0;
	}

	// Loads and stores: alignment and offset.
	return code >= 0x28 && code <= 0x3e ? 2 : otherOperands.get(code);
};

const otherOperands: ReadonlyMap<number, number> = new Map([
	// Unreachable, nop, else, end, return, drop, select, is null.
	...[0x00, 0x01, 0x05, 0x0b, 0x0f, 0x1a, 0x1b, 0xd1].map(
		(code) => [code, 0] as const,
	),
	// Blocks, branches, calls.
	...[0x02, 0x03, 0x04, 0x0c, 0x0d, 0x10, 0x12].map(
		(code) => [code, 1] as const,
	),
	// Locals, globals, tables, size of the memory, whole constants, references.
	...[0x20, 0x21, 0x22, 0x23, 0x24, 0x25, 0x26].map(
		(code) => [code, 1] as const,
	),
	...[0x3f, 0x40, 0x41, 0x42, 0xd0, 0xd2].map((code) => [code, 1] as const),
	// Calls through a table.
	...[0x11, 0x13].map((code) => [code, 2] as const),
]);

/** Of conversions, and of operations on memories and tables as a whole. */
const bulkOperands = [0, 0, 0, 0, 0, 0, 0, 0, 2, 1, 2, 1, 2, 1, 2, 1, 1, 1];

const unknownInstruction = (code: number): FarmError =>
	new FarmError(
		'INTERNAL',
		`The sandbox's program holds an instruction (${code}) that its meter does not know. This release was built with a QuickJS it does not fit.`,
	);

const readSections = (program: Uint8Array): Section[] => {
	const sections: Section[] = [];
	let offset = 8;
	while (offset < program.length) {
		const id = program[offset] ?? 0;
		const [size, start] = readNumber(program, offset + 1);
		sections.push({id, content: program.subarray(start, start + size)});
		offset = start + size;
	}

	return sections;
};

const exportOf = (name: string, global: number): Uint8Array => {
	const bytes = new TextEncoder().encode(name);
	return joined([number(bytes.length), bytes, [0x03], number(global)]);
};

const section = (id: number, content: readonly Bytes[]): Uint8Array =>
	joined([[id], number(byteLength(content)), ...content]);

/** An unsigned LEB128 number and where the next byte is. */
const readNumber = (
	bytes: Uint8Array,
	start: number,
): [value: number, next: number] => {
	let value = 0;
	let offset = start;
	for (let shift = 0; ; shift += 7) {
		const byte = bytes[offset++] ?? 0;
		value += (byte % 128) * 2 ** shift;
		if (byte < 0x80) {
			return [value, offset];
		}
	}
};

const skipNumber = (bytes: Uint8Array, start: number): number => {
	let offset = start;
	while ((bytes[offset++] ?? 0) >= 0x80) {
		// On to its last byte.
	}

	return offset;
};

const skipNumbers = (
	bytes: Uint8Array,
	start: number,
	count: number,
): number => {
	let offset = start;
	for (let index = 0; index < count; index++) {
		offset = skipNumber(bytes, offset);
	}

	return offset;
};

const number = (value: number): number[] => {
	const bytes: number[] = [];
	for (let rest = value; ; rest = Math.floor(rest / 128)) {
		if (rest < 128) {
			return [...bytes, rest];
		}

		bytes.push((rest % 128) + 128);
	}
};

const byteLength = (pieces: readonly Bytes[]): number => {
	let length = 0;
	for (const piece of pieces) {
		length += piece.length;
	}

	return length;
};

const joined = (pieces: readonly Bytes[]): Uint8Array<ArrayBuffer> => {
	const whole = new Uint8Array(byteLength(pieces));
	let offset = 0;
	for (const piece of pieces) {
		whole.set(piece, offset);
		offset += piece.length;
	}

	return whole;
};
