import fs from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import test from 'ava';
import {encode} from 'fast-png';
import {createFarm} from '../helpers/farm-process.js';
import {program} from '../helpers/program.js';
import {openTerminal} from '../helpers/terminal.js';
import {until} from '../helpers/until.js';

/** A picture of one colour. */
const writePicture = (file: string, colour: readonly number[]): void => {
	fs.writeFileSync(
		file,
		encode({
			width: 64,
			height: 32,
			channels: 3,
			data: Uint8Array.from(Array.from({length: 64 * 32}, () => colour).flat()),
		}),
	);
};

test('the pictures that a task names are shown, one, as a sheet and compared, and leave nothing behind', async (t) => {
	const farm = createFarm(t);
	await farm.scheduler();
	await farm.worker();
	const files = ['red', 'green', 'blue', 'not-there'].map((name) =>
		path.join(farm.folder, `${name}.png`),
	);
	writePicture(files[0]!, [250, 10, 20]);
	writePicture(files[1]!, [10, 240, 30]);
	writePicture(files[2]!, [10, 20, 230]);
	await farm.graph(
		{
			says: {
				type: 'command',
				parameters: {
					command: [
						{arg: 'echo'},
						{arg: `Saved: '${files[1]!}' and ${files[2]!}`},
					],
				},
			},
		},
		[],
	);
	await farm.rest(
		await farm.submit('says', {name: 'painter', attributes: {frames: files}}),
	);
	const terminal = await openTerminal(t, {
		farm,
		words: ['view'],
		environment: {COLORTERM: 'truecolor'},
	});
	await terminal.press('3');
	await terminal.shows(/painter/v);
	await terminal.press('i');
	await terminal.shows(/red\.png +64×32/v);
	await terminal.shows(/▀{72}/v);
	t.regex(await terminal.painted(), /38;2;250;10;20/v);
	await terminal.press('j');
	await terminal.shows(/green\.png +64×32/v);
	await terminal.shows(/▀{72}/v);
	const second = await terminal.painted();
	t.regex(second, /38;2;10;240;30/v);
	t.notRegex(second, /38;2;250;10;20/v);
	await terminal.press('c');
	await terminal.shows(
		(shown) =>
			files.every((file) => shown.includes(path.basename(file))) &&
			shown.includes('not on this machine') &&
			/▀ {1,40}▀/v.test(shown),
	);
	await terminal.press('?');
	await terminal.showsNo('▀');
	await terminal.press('Escape');
	await terminal.shows(/▀ {1,40}▀/v);
	await terminal.press('g', 'b');
	await terminal.shows(/A red\.png.+B green\.png/v);
	await terminal.shows(/▀{50} +▀{50}/v);
	await terminal.press('b');
	await terminal.shows(/B green\.png/v);
	await terminal.press('Tab');
	await terminal.shows(/A red\.png/v);
	await terminal.press('Escape');
	await terminal.shows(/painter/v);
	await terminal.showsNo('▀');
	await terminal.press('L');
	await terminal.shows('Saved:');
	await terminal.press('i');
	await terminal.shows(/blue\.png +64×32/v);
	await terminal.shows(/2 of 2/v);
	await terminal.press('q');
	t.is(await terminal.ended(), 0);
});

test('a terminal that becomes smaller while a picture is shown keeps nothing of the larger one', async (t) => {
	const farm = createFarm(t);
	await farm.scheduler();
	const file = path.join(farm.folder, 'red.png');
	writePicture(file, [250, 10, 20]);
	await farm.graph({rest: {type: 'null'}});
	await farm.rest(
		await farm.submit('rest', {name: 'painter', attributes: {file}}),
	);
	const terminal = await openTerminal(t, {
		farm,
		words: ['view'],
		columns: 200,
		rows: 50,
	});
	await terminal.press('3');
	await terminal.shows('painter');
	await terminal.press('i');
	await terminal.shows(/▀{90}/v);
	await terminal.resize(80, 24);
	await terminal.shows(/^ 3 tasks › pictures[\s\S]*\s▀{40}/mv);
	await terminal.press('Escape');
	await terminal.shows('painter');
	await terminal.showsNo('▀');
	await terminal.resize(200, 50);
	await terminal.press('i');
	await terminal.shows(/▀{90}/v);
	// Before the one for the new size is there.
	await terminal.resize(80, 24);
	await terminal.press('Escape');
	await terminal.shows('painter');
	await terminal.showsNo('▀');
});

test('a terminal that is asked or configured is given pictures by its protocol, and they are taken away again', async (t) => {
	const farm = createFarm(t);
	await farm.scheduler();
	const file = path.join(farm.folder, 'red.png');
	writePicture(file, [250, 10, 20]);
	await farm.graph({holds: {type: 'null'}});
	await farm.submit('holds', {name: 'painter', attributes: {file}});
	const typescript = path.join(farm.folder, 'typescript');
	const terminal = await openTerminal(t, {
		farm,
		words: [],
		command: [
			'script',
			'--quiet',
			'--flush',
			'--command',
			`"${program.join('" "')}" view`,
			typescript,
		],
		environment: {LIFEBLOOD_VIEWER_PICTURES: 'kitty'},
	});
	const written = () => fs.readFileSync(typescript, 'latin1');
	await terminal.press('3');
	await terminal.shows(/painter/v);
	await terminal.press('i');
	await terminal.shows(/red\.png +64×32/v);
	await until(
		() =>
			written().includes('\u{1B}_Gi=4712,a=T,f=32,o=z,s=64,v=32,') || undefined,
		{what: 'the picture to be sent'},
	);
	t.true(written().includes('\u{1B}_Gi=4711,s=1,v=1,a=q,'));
	const before = written().length;
	await terminal.press('Escape');
	await terminal.shows(/painter/v);
	await until(
		() =>
			written().slice(before).includes('\u{1B}_Ga=d,d=I,i=4712,q=2') ||
			undefined,
		{what: 'the picture to be taken away'},
	);
	await terminal.press('q');
	t.is(await terminal.ended(), 0);
});
