import test, {type ExecutionContext} from 'ava';
import {createFarm, type FarmProcess} from '../helpers/farm-process.js';
import {openTerminal, type Terminal} from '../helpers/terminal.js';
import {until} from '../helpers/until.js';

const chain = async (farm: FarmProcess, length: number): Promise<void> => {
	const names = Array.from({length}, (_, index) => `step-${index + 1}`);
	await farm.graph(
		Object.fromEntries(names.map((name) => [name, {type: 'null'}])),
		names.slice(1).map((name, index) => `${names[index]} -> ${name}`),
	);
};

const openGraph = async (
	t: ExecutionContext,
	farm: FarmProcess,
	size: {readonly columns: number; readonly rows: number},
): Promise<Terminal> => {
	const terminal = await openTerminal(t, {farm, words: ['view'], ...size});
	await terminal.shows('live', 30_000);
	await terminal.press('2');
	await terminal.shows('step-1 ');
	return terminal;
};

/** Where a text stands on the screen, from 1, as terminals count. */
const placeOf = async (terminal: Terminal, text: string) => {
	const lines = (await terminal.shows(text)).split('\n');
	const row = lines.findIndex((line) => line.includes(text));
	return {row: row + 1, column: (lines[row] ?? '').indexOf(text) + 1};
};

/** What a terminal sends: a button or a turn of the wheel, with modifiers, at a cell; `m` at the end is a button that is let go. */
const pointer = (
	button: number,
	{column, row}: {readonly column: number; readonly row: number},
	end: 'M' | 'm' = 'M',
): string => `\u{1B}[<${button};${column};${row}${end}`;

const wheelDown = 65;
const ctrl = 16;
const whilePressed = 32;

test('a click selects, in boxes and in the tree; where an input is asked for, it is taken', async (t) => {
	const farm = createFarm(t);
	await farm.scheduler();
	await chain(farm, 3);
	const terminal = await openGraph(t, farm, {columns: 100, rows: 30});
	await terminal.shows(/┃ step-1/v);
	const third = await placeOf(terminal, 'step-3');
	await terminal.type(pointer(0, third) + pointer(0, third, 'm'));
	await terminal.shows(/┃ step-3/v);

	await terminal.press('c');
	await terminal.shows('To which input?');
	const first = await placeOf(terminal, 'step-1');
	await terminal.type(pointer(0, first) + pointer(0, first, 'm'));
	await terminal.shows('connected step-3.main -> step-1.main');

	await terminal.press('z', 't');
	await terminal.shows(/tree[\s\S]*↓ step-2/v);
	const second = await placeOf(terminal, 'step-2');
	await terminal.type(pointer(0, second) + pointer(0, second, 'm'));
	await terminal.press('t');
	await terminal.shows(/┃ step-2/v);
});

test('the wheel moves the drawing and zooms it with ctrl, and a drawing that is pulled follows the pointer', async (t) => {
	const farm = createFarm(t);
	await farm.scheduler();
	await chain(farm, 12);
	const terminal = await openGraph(t, farm, {columns: 90, rows: 26});
	await terminal.press(']');
	await terminal.shows(/boxes[\s\S]*┃ step-1 /v);
	const before = await placeOf(terminal, 'step-2 ');

	await terminal.type(pointer(wheelDown, before));
	const turned = await until(
		async () => {
			const now = await placeOf(terminal, 'step-2 ');
			return now.row < before.row ? now : undefined;
		},
		{what: 'the drawing to move up'},
	);
	t.is(turned.row, before.row - 3);

	// Pulled up by four lines, the drawing moves by as many, and no further once it is let go.
	const hand = {column: 80, row: 20};
	await terminal.type(
		pointer(0, hand) +
			pointer(whilePressed, {...hand, row: 18}) +
			pointer(whilePressed, {...hand, row: 16}) +
			pointer(0, {...hand, row: 16}, 'm') +
			pointer(whilePressed, {...hand, row: 10}),
	);
	const apart = 5;
	await until(
		async () => {
			const {row} = await placeOf(terminal, 'step-3 ');
			return row === turned.row + apart - 4 ? true : undefined;
		},
		{what: 'the drawing to move as far as it was pulled'},
	);
	await terminal.showsNo(/step-1 /v);

	await terminal.type(pointer(wheelDown | ctrl, hand)); // eslint-disable-line no-bitwise -- as terminals send it
	await terminal.shows(/lines[\s\S]*\[step-2/v);
});

test('tasks of a node, or those of a group there, are moved to the node whose letters are typed; in a list letters stand beside the nodes', async (t) => {
	const farm = createFarm(t);
	await farm.scheduler();
	await farm.graph(
		{
			'step-1': {type: 'null'},
			'step-2': {type: 'null'},
			other: {type: 'null'},
		},
		['step-1 -> step-2'],
	);
	// So that the tasks stay where they are put.
	await farm.ask('node.act', {
		action: 'pause',
		names: ['step-1', 'step-2', 'other'],
	});
	const ours = await farm.submit('step-1', {groups: ['shot']});
	const theirs = await farm.submit('step-1', {groups: ['else']});
	const terminal = await openGraph(t, farm, {columns: 100, rows: 30});
	await terminal.press('/');
	await terminal.type('step-1');
	await terminal.press('Enter');
	await terminal.shows(/┃\S? step-1|┃\S?step-1/v);
	await terminal.type(':light shot');
	await terminal.press('Enter');
	await terminal.shows('◆1');

	await terminal.press('m');
	const asked = await terminal.shows(
		'Move 1 task of shot in step-1 to which node?',
	);
	const letter =
		/(?<letter>[a-z]).other/v.exec(asked)?.groups?.['letter'] ?? '';
	await terminal.press(letter);
	await terminal.shows('Move 1 task of shot in step-1 to other?');
	await terminal.press('y');
	await terminal.shows('moved 1 task to other');
	t.is((await farm.task(ours)).node, 'other');
	t.is((await farm.task(theirs)).node, 'step-1');

	await terminal.press('3');
	await terminal.shows('step-1');
	await terminal.type(`:tasks id:${theirs}`);
	await terminal.press('C-u', 'BSpace');
	await terminal.press('g', 'm');
	const list = await terminal.shows('Type the letters beside one');
	t.regex(list, /│ +a +\S/v);
	await terminal.press('/');
	await terminal.type('step-2');
	await terminal.shows('/step-2_');
	await terminal.press('Enter');
	await until(
		async () => {
			const nodes = await Promise.all(
				[ours, theirs].map(async (id) => (await farm.task(id)).node),
			);
			return nodes.includes('step-2') ? true : undefined;
		},
		{what: 'a task to be in step-2'},
	);
});
