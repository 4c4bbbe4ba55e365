import assert from 'node:assert/strict';
import test from 'ava';
import fc from 'fast-check';
import {
	quickOutput,
	type OutputConstructor,
} from '../source/ui/terminal/quick-output.js';

const inkOutput = async (): Promise<OutputConstructor> => {
	const module = (await import(
		new URL('output.js', import.meta.resolve('ink')).href
	)) as {readonly default: OutputConstructor};
	return module.default;
};

const size = {width: 24, height: 6};
const whole = {x1: 0, x2: size.width, y1: undefined, y2: undefined};

type Write = {
	readonly x: number;
	readonly y: number;
	readonly lines: readonly string[];
	/** As they are, or by a transformer that puts them into the place of blanks. */
	readonly isTransformed: boolean;
};

const drawn = (
	Output: OutputConstructor,
	writes: readonly Write[],
	isClipped = false,
): readonly string[] => {
	const output = new Output(size);
	if (isClipped) {
		output.clip(whole);
	}

	for (const {x, y, lines, isTransformed} of writes) {
		// What transformers make is not clipped by Ink.
		if (isTransformed && !isClipped) {
			output.write(x, y, lines.map(() => ' ').join('\n'), {
				transformers: [(_blank, index) => lines[index] ?? ''],
			});
		} else {
			output.write(x, y, lines.join('\n'), {transformers: []});
		}
	}

	return output.get().output.split('\n');
};

/** The same for all rows that look the same, however they are written. */
const looks = (
	Output: OutputConstructor,
	rows: readonly string[],
): readonly string[] =>
	rows.map(
		(line) =>
			drawn(Output, [{x: 0, y: 0, lines: [line], isTransformed: false}])[0] ??
			'',
	);

const closed = fc
	.tuple(
		fc.constantFrom(
			['', ''],
			['\u{1B}[96m', '\u{1B}[39m'],
			['\u{1B}[1;96m', '\u{1B}[22;39m'],
			['\u{1B}[2m', '\u{1B}[22m'],
			['\u{1B}[38;5;7m', '\u{1B}[39m'],
			['\u{1B}[48;2;1;2;3m', '\u{1B}[49m'],
			['\u{1B}[7m', '\u{1B}[27m'],
		),
		fc.string({
			unit: fc.constantFrom(
				'a',
				'B',
				' ',
				'●',
				'─',
				'漢',
				'👍',
				'e\u{301}',
				'\u{200B}',
				'\u{1F1E9}\u{1F1EA}',
				'❤\u{FE0F}',
			),
			maxLength: 8,
		}),
	)
	.map(([[open = '', close = ''], text]) => `${open}${text}${close}`);
const line = fc.array(closed, {maxLength: 4}).map((spans) => spans.join(''));
const place = {
	x: fc.integer({min: 0, max: size.width - 1}),
	y: fc.integer({min: -1, max: size.height}),
};
const write = fc.record<Write>({
	...place,
	lines: fc.array(line, {minLength: 1, maxLength: 4}),
	isTransformed: fc.boolean(),
});
const spanning = fc.record<Write>({
	...place,
	lines: fc
		.tuple(line, line)
		.map(([first, second]) => [`\u{1B}[4m${first}`, `${second}\u{1B}[24m`]),
	isTransformed: fc.constant(false),
});

test('a frame looks as Ink itself would draw it, but for what leaves the screen', async (t) => {
	const Ink = await inkOutput();
	const Quick = quickOutput(Ink);
	t.notThrows(() => {
		fc.assert(
			fc.property(fc.array(write, {maxLength: 5}), (writes) => {
				assert.deepEqual(
					looks(Ink, drawn(Quick, writes)),
					looks(Ink, drawn(Ink, writes, true)),
				);
			}),
			{numRuns: 500},
		);
	});
});

test('a style that goes on over lines is left to Ink', async (t) => {
	const Ink = await inkOutput();
	const Quick = quickOutput(Ink);
	t.notThrows(() => {
		fc.assert(
			fc.property(
				fc.array(write, {maxLength: 2}),
				spanning,
				fc.array(write, {maxLength: 2}),
				(before, between, after) => {
					const writes = [...before, between, ...after];
					assert.deepEqual(drawn(Quick, writes), drawn(Ink, writes));
				},
			),
			{numRuns: 200},
		);
	});
});

test('what is clipped is left to Ink', async (t) => {
	const Ink = await inkOutput();
	const Quick = quickOutput(Ink);
	const [one, other] = [Ink, Quick].map((Output) => {
		const output = new Output(size);
		output.write(0, 0, 'before', {transformers: []});
		output.clip({x1: 2, x2: 5, y1: 1, y2: 3});
		output.write(0, 0, 'abcdefgh\nABCDEFGH\nabcdefgh\nABCDEFGH', {
			transformers: [],
		});
		output.unclip();
		output.write(10, 2, 'after', {transformers: []});
		return output.get();
	});
	t.deepEqual(other, one);
});

test('only rows on which something overlaps are given to Ink, and once', async (t) => {
	const Ink = await inkOutput();
	let made = 0;
	const Quick = quickOutput(
		class extends Ink {
			constructor(given: typeof size) {
				super(given);
				made += 1;
			}
		},
	);
	const list: Write = {
		x: 0,
		y: 0,
		lines: ['● one', '● two', '● three'],
		isTransformed: true,
	};
	const detail: Write = {...list, x: 12};
	const dialog: Write = {
		x: 3,
		y: 1,
		lines: ['│ really? │'],
		isTransformed: false,
	};
	const plain = drawn(Quick, [list, detail]);
	t.is(plain[0], '● one       ● one');
	t.is(made, 0);
	const first = drawn(Quick, [list, detail, dialog]);
	t.is(first[1], '● t│ really? │two');
	t.is(made, 1);
	t.deepEqual(drawn(Quick, [list, detail, dialog]), first);
	t.is(made, 1);
});
