import test from 'ava';
import fc from 'fast-check';
import {
	parseAssignment,
	parseAssignments,
} from '../source/modes/parse-assignment.js';
import {parseCommandLine} from '../source/modes/parse-command-line.js';
import {parseEnvironment} from '../source/modes/parse-environment.js';
import {parseFrames} from '../source/modes/parse-frames.js';
import {parseTaskIds} from '../source/modes/parse-id.js';

test('frames are ranges, steps and single numbers, each once and in order', (t) => {
	t.deepEqual(parseFrames('1-9x2,200'), [1, 3, 5, 7, 9, 200]);
	t.deepEqual(parseFrames('5'), [5]);
	t.deepEqual(parseFrames('3-1'), [3, 2, 1]);
	t.deepEqual(parseFrames('-2--1, 0,1-2'), [-2, -1, 0, 1, 2]);
	t.deepEqual(parseFrames('-1-1'), [-1, 0, 1]);
	t.deepEqual(parseFrames('1-3,2'), [1, 2, 3]);
	t.is(parseFrames('1-1000000').length, 1_000_000);
});

test('what is no range is told, with the part that is wrong', (t) => {
	for (const [text, reason] of [
		['', /a part of it is empty/v],
		['1,,2', /a part of it is empty/v],
		['1-x', /"1-x" is no frame and no range/v],
		['1-10x0', /a step of 0/v],
		['1-10x-2', /is no frame and no range/v],
		['1.5', /is no frame/v],
		['1-1000001', /more than 1000000 frames/v],
		['1-99999999999999999999', /too large/v],
	] as const) {
		t.throws(
			() => parseFrames(text),
			{code: 'INVALID', message: reason},
			`Of: ${text}`,
		);
	}
});

test('any list of frames that is written out is read back', (t) => {
	fc.assert(
		fc.property(
			fc.uniqueArray(fc.integer({min: -10_000, max: 10_000}), {minLength: 1}),
			(frames) => {
				t.deepEqual(parseFrames(frames.join(',')), frames);
			},
		),
	);
});

test('a range has every frame from first to last that its step meets', (t) => {
	fc.assert(
		fc.property(
			fc.integer({min: -100, max: 100}),
			fc.integer({min: 0, max: 200}),
			fc.integer({min: 1, max: 20}),
			(first, length, step) => {
				const frames = parseFrames(`${first}-${first + length}x${step}`);
				t.is(frames.length, Math.floor(length / step) + 1);
				t.true(frames.every((frame, index) => frame === first + index * step));
			},
		),
	);
});

test('an attribute is text after =, and JSON after :=', (t) => {
	t.deepEqual(parseAssignment('a=1', '--attr'), {
		name: 'a',
		value: '1',
		isJson: false,
	});
	t.deepEqual(parseAssignment('a:=[1]', '--attr'), {
		name: 'a',
		value: [1],
		isJson: true,
	});
	t.deepEqual(parseAssignment('a=b=c:=d', '--attr'), {
		name: 'a',
		value: 'b=c:=d',
		isJson: false,
	});
	t.deepEqual(parseAssignments(['a=1', 'b=', 'a=2'], '--attr'), {
		a: '2',
		b: '',
	});
});

test('an attribute that cannot be read says how it is written', (t) => {
	t.throws(() => parseAssignment('frames', '--attr'), {
		code: 'INVALID',
		message: /has no equals sign/v,
	});
	t.throws(() => parseAssignment('=x', '--attr'), {
		code: 'INVALID',
		message: /no name/v,
	});
	t.throws(() => parseAssignment('a:={', '--attr'), {
		code: 'INVALID',
		message: /is no JSON .* write a=\{/v,
	});
});

test('a number that could not be kept as it is written is refused, and not rounded', (t) => {
	for (const written of [
		'9007199254740993',
		'-9007199254740993',
		'[1,{"n":9007199254740993}]',
		'1e999',
		'100000000000000000000000001',
	]) {
		t.throws(
			() => parseAssignment(`n:=${written}`, 'job attr set'),
			{
				code: 'INVALID',
				message:
					/^job attr set n: the number .* cannot be kept as it is: .* in quotes\.$/v,
			},
			`Of: ${written}`,
		);
	}

	for (const [written, value] of [
		['9007199254740991', 9_007_199_254_740_991],
		['9007199254740992', 9_007_199_254_740_992],
		['"9007199254740993"', '9007199254740993'],
		['0.1', 0.1],
		['1e21', 1e21],
		['-0', -0],
	] as const) {
		t.deepEqual(parseAssignment(`n:=${written}`, '--attr').value, value);
	}
});

test('an attribute called __proto__ is an attribute', (t) => {
	t.true(
		Object.hasOwn(parseAssignments(['__proto__=x'], '--attr'), '__proto__'),
	);
});

test('packages mean the standard resolver', (t) => {
	t.is(parseEnvironment({resolver: undefined, packages: []}), undefined);
	t.deepEqual(parseEnvironment({resolver: 'trivial', packages: []}), {
		resolver: 'trivial',
		arguments: {},
	});
	t.deepEqual(
		parseEnvironment({
			resolver: undefined,
			packages: [
				'blender=~=3.4',
				'ffmpeg',
				'python>=3.9, <4',
				'nuke==13.2.5',
				'houdini.py3_10=20.0',
			],
		}),
		{
			resolver: 'standard',
			arguments: {
				'package.blender': '~=3.4',
				'package.ffmpeg': '*',
				'package.python': '>=3.9, <4',
				'package.nuke': '==13.2.5',
				'package.houdini.py3_10': '20.0',
			},
		},
	);
	t.throws(() => parseEnvironment({resolver: undefined, packages: ['=1']}), {
		code: 'INVALID',
	});
	t.throws(
		() => parseEnvironment({resolver: undefined, packages: ['blender=']}),
		{code: 'INVALID'},
	);
});

test('only whole numbers above zero are ids, and each counts once', (t) => {
	t.deepEqual(parseTaskIds(['3', '1', '3']).map(Number), [3, 1]);
	for (const text of [
		'0',
		'-1',
		'1.5',
		'x',
		'',
		'1e3',
		'99999999999999999999',
	]) {
		t.throws(() => parseTaskIds([text]), {code: 'INVALID'}, `Of: ${text}`);
	}
});

test('what was written is said back shortened', (t) => {
	const long = 'x'.repeat(60_000);
	for (const parse of [
		() => parseAssignment(long, '--attr'),
		() => parseAssignment(`a:=${long}`, '--attr'),
		() => parseFrames(long),
		() => parseTaskIds([long]),
		() => parseCommandLine(['submit', 'node', `blob=${long}`]),
	]) {
		const error = t.throws(parse, {code: 'INVALID'});
		t.true((error?.message ?? '').length < 400, error?.message.slice(0, 400));
		t.regex(error?.message ?? '', /x{50}…"/v);
	}
});
