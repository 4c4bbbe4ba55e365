import process from 'node:process';
import {setImmediate} from 'node:timers/promises';
import test from 'ava';
import {createEngine} from '../source/sandbox/engine.js';
import {loadProgram} from '../source/sandbox/program.js';
import {createSandbox} from '../source/sandbox/sandbox.js';
import {plainScope} from './helpers/plain-scope.js';

const sandbox = await createSandbox({timeLimitMs: 50});
test.after.always(async () => {
	await sandbox.stop();
});

const scope = plainScope();

/** Of the processor, on this thread: other programs may be at work too. */
const spentMs = (): number => {
	const {user, system} = process.threadCpuUsage();
	return (user + system) / 1000;
};

/** Each held QuickJS, limited by nothing but its own interrupt handler, for between a second and for ever. */
const endless: Readonly<Record<string, string>> = {
	'an endless loop': '(() => { for (;;); })()',
	'an endless loop that catches':
		'(() => { for (;;) { try { for (;;); } catch {} finally { continue; } } })()',
	'an exploding regular expression': "/^(a+)+$/.test('a'.repeat(40) + 'b')",
	'a search that grows with the square':
		"'a'.repeat(1e6).indexOf('a'.repeat(5e5) + 'b')",
	'a search in an array that is said to be long':
		'Array.prototype.indexOf.call({length: 2 ** 53 - 1}, 1)',
	'an array with holes': 'new Array(4e9).includes(1)',
	'large copies in a loop':
		"(() => { const s = 'x'.repeat(3e6); for (;;) s.slice(1); })()",
	'large fills in a loop': '(() => { for (;;) new Uint8Array(3e6); })()',
	'large powers': '(() => { let b = 3n ** 50000n; for (;;) b = b * b; })()',
	'a getter that never ends': '({get a() { for (;;); }}).a',
	'an endless iterator':
		'[...{[Symbol.iterator]: () => ({next: () => ({done: false})})}].length',
	'an endless toJSON': '({toJSON() { for (;;); }})',
};

for (const [what, source] of Object.entries(endless)) {
	test.serial(
		`${what} holds this thread for no more than a moment, and the other one until its limit`,
		async (t) => {
			const before = spentMs();
			t.is(
				sandbox.evaluate([source], () => scope),
				'slow',
			);
			const inlineMs = spentMs() - before;
			t.true(inlineMs < 60, `${inlineMs} ms`);

			sandbox.evaluate([source], () => scope);
			const known = spentMs();
			t.is(
				sandbox.evaluate([source], () => scope),
				'slow',
			);
			t.true(spentMs() - known < 5, 'it is known by now, and not tried');

			const [evaluation] = await sandbox.evaluateLater([source], scope);
			t.is(evaluation?.kind, 'failed');
			t.regex(
				evaluation?.kind === 'failed' ? evaluation.message : '',
				/^(?:took longer than 50 ms|used more than 32 MiB of memory)$/v,
			);
			t.deepEqual(await sandbox.evaluateLater(['1 + 1'], scope), [
				{kind: 'value', value: 2},
			]);
			t.deepEqual(
				sandbox.evaluate(['1 + 1'], () => scope),
				[{kind: 'value', value: 2}],
			);
		},
	);
}

const greedy: Readonly<
	Record<string, readonly [source: string, message: RegExp]>
> = {
	memory: [
		'(() => { const a = []; for (;;) a.push(new Uint8Array(1e6)); })()',
		/^used more than 32 MiB of memory$/v,
	],
	'a huge string': [
		"'x'.repeat(2 ** 29)",
		/^(?:used more than 32 MiB of memory|took longer than 50 ms)$/v,
	],
	recursion: [
		'(function f() { return f() + 1; })()',
		/^called itself too deep$/v,
	],
	'recursion of built-in functions': [
		'(() => { let a = []; for (let i = 0; i < 2e4; i++) a = [a]; return a; })()',
		/^(?:called itself too deep|took longer than 50 ms)$/v,
	],
	brackets: [
		`${'('.repeat(2e4)}1${')'.repeat(2e4)}`,
		/^(?:called itself too deep|took longer than 50 ms)$/v,
	],
};

for (const [what, [source, message]] of Object.entries(greedy)) {
	test.serial(`too much of ${what} ends in a message`, async (t) => {
		const before = spentMs();
		sandbox.evaluate([source], () => scope);
		const inlineMs = spentMs() - before;
		t.true(inlineMs < 60, `${inlineMs} ms`);
		const [evaluation] = await sandbox.evaluateLater([source], scope);
		t.regex(
			evaluation?.kind === 'failed'
				? evaluation.message
				: JSON.stringify(evaluation),
			message,
		);
		t.deepEqual(await sandbox.evaluateLater(['1 + 1'], scope), [
			{kind: 'value', value: 2},
		]);
	});
}

test.serial('a result that is too large is refused', async (t) => {
	const [evaluation] = await sandbox.evaluateLater(["'x'.repeat(5e6)"], scope);
	t.deepEqual(evaluation, {
		kind: 'failed',
		message: 'gave more than 4194304 characters',
	});
	t.is(
		sandbox.evaluate(["'x'.repeat(5e4)"], () => scope),
		'slow',
	);
	const [smaller] = await sandbox.evaluateLater(["'x'.repeat(5e4)"], scope);
	t.is(smaller?.kind, 'value');
});

test.serial('an error that a script made large is cut', async (t) => {
	const [evaluation] = await sandbox.evaluateLater(
		["(() => { throw new Error('x'.repeat(1e5)); })()"],
		scope,
	);
	t.true(evaluation?.kind === 'failed' && evaluation.message.length < 1100);
});

test.serial(
	'a script that loops does not hold up another that waits behind it',
	async (t) => {
		const looping = Array.from({length: 20}, async () =>
			sandbox.runScriptLater('for (;;);', scope),
		);
		const all = Promise.all(looping).then(() => 'looping');
		const other = sandbox
			.runScriptLater("task['x'] = 1", scope)
			.then(() => 'other');
		t.is(await Promise.race([all, other]), 'other');
		t.is(await all, 'looping');
	},
);

test.serial(
	'the same script that takes long is not tried here again until it was quick there',
	async (t) => {
		const source = 'attr.n === 1 ? (() => { for (;;); })() : 3';
		const sources = [source];
		const looping = {...scope, task: {...scope.task, attributes: {n: 1}}};
		t.is(
			sandbox.evaluate(sources, () => looping),
			'slow',
		);
		t.is(
			sandbox.evaluate(sources, () => looping),
			'slow',
		);
		t.is(
			sandbox.evaluate(sources, () => scope),
			'slow',
		);
		t.deepEqual(await sandbox.evaluateLater(sources, scope), [
			{kind: 'value', value: 3},
		]);
		t.deepEqual(
			sandbox.evaluate(sources, () => scope),
			[{kind: 'value', value: 3}],
		);
	},
);

test("a call that is told not to go on while it reads a parameter's expression is stopped, and the expression is no wrong one", async (t) => {
	const engine = await createEngine({
		program: await loadProgram(),
		memoryLimitBytes: 8 * 2 ** 20,
		mostCharacters: 20_000,
	});
	/** The fuel that was left when it asked. */
	const asked: number[] = [];
	const allowance = {
		fuel: 0x7f_ff_ff_ff,
		readingFuel: 0x7f_ff_ff_ff,
		goOn(left: number) {
			asked.push(left);
			return 0;
		},
	};
	// QuickJS asks once in ten thousand steps, and each expression that it has not read before is one.
	for (let round = 0; asked.length === 0 && round < 300; round += 1) {
		const expressions = Array.from(
			{length: 50},
			(_, index) => `${round} + ${index}`,
		);
		const {kind} = engine.call(
			{kind: 'evaluate', sources: ['1'], scope: {text: '{}', expressions}},
			allowance,
		);
		t.is(kind, asked.length === 0 ? 'text' : 'stopped');
	}

	t.is(asked.length, 1);
});

test('stopping ends what still waits', async (t) => {
	const own = await createSandbox();
	const waiting = [
		own.runScriptLater('for (;;);', scope),
		own.runScriptLater('for (;;);', scope),
	];
	await Promise.all([
		own.stop(),
		...waiting.map(async (one) => t.throwsAsync(one, {code: 'CLOSED'})),
	]);
	await t.throwsAsync(own.evaluateLater(['1'], scope), {code: 'CLOSED'});
});

test('a sandbox that is stopped while an answer is on its way has stopped when it says so', async (t) => {
	for (let turns = 0; turns < 24; turns += 1) {
		/* eslint-disable no-await-in-loop -- each a little later than the one before */
		const own = await createSandbox();
		await own.evaluateLater(['1'], plainScope());
		const answering = own.evaluateLater(['1 + 1'], plainScope());
		const ended = answering
			.then(([evaluation]) => evaluation?.kind)
			.catch(String);
		for (let turn = 0; turn < turns; turn += 1) {
			await setImmediate();
		}

		await own.stop();
		t.regex((await ended) ?? '', /^value$|is stopping/v);
		/* eslint-enable no-await-in-loop */
	}
});
