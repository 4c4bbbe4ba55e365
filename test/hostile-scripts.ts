import test from 'ava';
import {createTestFarm} from './helpers/test-farm.js';

const bombs: Readonly<Record<string, string>> = {
	loop: 'for (;;);',
	memory: 'const a = []; for (;;) a.push(new Uint8Array(1e6));',
	text: "task['x'] = 'x'.repeat(2 ** 28);",
	depth: "let a = 1; for (let i = 0; i < 1e5; i++) a = [a]; task['x'] = a;",
	circle: "const a = []; a.push(a); task['x'] = a;",
	children: "for (;;) spawn('child', {});",
	elements: 'split(Array.from({length: 1e7}, () => ({})));',
	pattern: "/^(a+)+$/.test('a'.repeat(40) + 'b');",
	throw: 'throw {toString() { for (;;); }};',
};

test('in a farm whose nodes loop, eat memory and throw, every other node is served, and each of those tasks tells what was wrong', async (t) => {
	const farm = await createTestFarm(t, {
		graph: {
			nodes: {
				...Object.fromEntries(
					Object.entries(bombs).map(([name, process]) => [
						name,
						{type: 'script', parameters: {process}},
					]),
				),
				expression: {
					type: 'set_attrib',
					parameters: {
						attributes: [{name: 'n', value: {expr: '(() => { for (;;); })()'}}],
					},
				},
				well: {
					type: 'script',
					parameters: {
						process:
							"task['n'] = task['n'] + 1; task['leak'] = typeof leak; try { globalThis.leak = 1; } catch {}",
					},
				},
			},
		},
	});
	const hostile = await Promise.all(
		[...Object.keys(bombs), 'expression'].map(async (node) =>
			farm.submitTask(node),
		),
	);
	const well = await Promise.all(
		Array.from({length: 50}, async (_, n) =>
			farm.submitTask('well', {attributes: {n}}),
		),
	);
	for (const [n, id] of well.entries()) {
		await farm.untilState(id, 'done'); // eslint-disable-line no-await-in-loop -- one after the other
		t.deepEqual(farm.attributes(id), {n: n + 1, leak: 'undefined'});
	}

	for (const id of hostile) {
		await farm.untilState(id, 'error'); // eslint-disable-line no-await-in-loop -- one after the other
		const message = String(farm.details(id)?.['message']);
		t.regex(message, /^[^\n]{10,3000}$/v);
		t.notRegex(message, /node_modules|\/source\/|file:/v);
	}

	t.is(farm.all().length, hostile.length + well.length);
	t.deepEqual(farm.defects, []);
});
