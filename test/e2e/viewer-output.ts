import fs from 'node:fs';
import path from 'node:path';
import test from 'ava';
import {createFarm} from '../helpers/farm-process.js';
import {openTerminal} from '../helpers/terminal.js';

const shell = (script: string) => ({
	type: 'command',
	parameters: {command: [{arg: 'sh'}, {arg: '-c'}, {arg: script}]},
});

test('a log is followed while it grows, searched, filtered, and left for the first error', async (t) => {
	const farm = createFarm(t);
	await farm.scheduler();
	await farm.worker();
	const more = path.join(farm.folder, 'more');
	await farm.graph(
		{
			talks: shell(
				`seq -f 'frame %g of 3000' 1 3000; echo 'Error: no such texture'; seq -f 'after %g' 1 3000; until [ -e ${more} ]; do sleep 0.1; done; echo 'the very last line'`,
			),
		},
		[],
	);
	const id = await farm.submit('talks', {name: 'talker'});
	const terminal = await openTerminal(t, {farm, words: ['view']});
	await terminal.press('3');
	await terminal.shows(/talker/v);
	await terminal.press('L');
	await terminal.shows(/after 3000\s/v);
	await terminal.shows('following');
	fs.writeFileSync(more, '');
	await terminal.shows('the very last line');
	await terminal.shows(/attempt 1 of 1 on one/v);
	await terminal.press('e');
	await terminal.shows('Error: no such texture');
	await terminal.showsNo('the very last line');
	await terminal.press('/');
	await terminal.type('after 29');
	await terminal.press('Enter');
	await terminal.shows(/after 2999/v);
	await terminal.press('c');
	await terminal.shows(/filtered/v);
	await terminal.showsNo('after 3000');
	await terminal.press('Escape');
	// What follows it at once would be taken for one key with it.
	await terminal.showsNo('filtered');
	await terminal.press('g');
	await terminal.shows(/frame 1 of 3000/v);
	await terminal.press('Escape');
	await terminal.shows(/talker +/v);
	await farm.rest(id);
});

test('two logs are shown together, and a log is saved where nothing is written over', async (t) => {
	const farm = createFarm(t);
	await farm.scheduler();
	await farm.worker();
	await farm.graph({talks: shell('echo "I am $LBATTR_who"')}, []);
	for (const who of ['alice', 'bob']) {
		// eslint-disable-next-line no-await-in-loop -- in this order
		await farm.rest(await farm.submit('talks', {name: who, attributes: {who}}));
	}

	const file = path.join(farm.folder, 'both.log');
	const terminal = await openTerminal(t, {farm, words: ['view']});
	await terminal.press('3');
	await terminal.shows(/alice/v);
	await terminal.press('*', 'L');
	await terminal.shows('I am alice');
	await terminal.shows('I am bob');
	await terminal.press('s');
	await terminal.shows('Save the log');
	await terminal.press('C-u');
	await terminal.type(file);
	await terminal.press('Enter');
	await terminal.shows('saved 2 lines');
	t.deepEqual(fs.readFileSync(file, 'utf8').trim().split('\n').toSorted(), [
		'I am alice',
		'I am bob',
	]);
	await terminal.press('s');
	await terminal.press('C-u');
	await terminal.type(file);
	await terminal.press('Enter');
	await terminal.shows(/EEXIST|exists/v);
});

test('standard error is marked and shown by itself, and lines of two tasks stand in the order of their times', async (t) => {
	const farm = createFarm(t);
	await farm.scheduler();
	await farm.worker();
	const flag = (name: string): string => path.join(farm.folder, name);
	const waitFor = (name: string): string =>
		`until [ -e ${flag(name)} ]; do sleep 0.05; done`;
	await farm.graph(
		{
			first: shell(
				`echo 'one fine'; ${waitFor('c')}; echo 'three wrong' >&2; ${waitFor('end')}`,
			),
			second: shell(
				`${waitFor('b')}; echo 'two wrong' >&2; ${waitFor('d')}; echo 'four fine'; ${waitFor('end')}`,
			),
		},
		[],
	);
	const ids = [await farm.submit('first'), await farm.submit('second')];
	const config = path.join(farm.folder, 'config', 'viewer');
	fs.mkdirSync(config, {recursive: true});
	fs.writeFileSync(
		path.join(config, 'config.toml'),
		'[viewer]\nascii = true\n',
	);
	const terminal = await openTerminal(t, {
		farm,
		words: ['view'],
		environment: {NO_COLOR: '1'},
	});
	await terminal.press('3');
	await terminal.shows(/first/v);
	await terminal.press('*', 'L', 't');
	for (const [shown, next] of [
		[/:\d\d\.\d #\d +one fine/v, 'b'],
		[/! \d\d:\d\d:\d\d\.\d #\d +two wrong/v, 'c'],
		[/! \d\d:\d\d:\d\d\.\d #\d +three wrong/v, 'd'],
		[/ {2}\d\d:\d\d:\d\d\.\d #\d +four fine/v, 'end'],
	] as const) {
		await terminal.shows(shown); // eslint-disable-line no-await-in-loop -- one after the other
		fs.writeFileSync(flag(next), '');
	}

	await Promise.all(ids.map(async (id) => farm.rest(id)));
	await terminal.shows(
		/one fine[\s\S]*two wrong[\s\S]*three wrong[\s\S]*four fine/v,
	);
	await terminal.press('E');
	await terminal.showsNo('fine');
	await terminal.shows(/two wrong[\s\S]*three wrong/v);
	await terminal.shows('only stderr');
	await terminal.press('Escape');
	t.regex(await terminal.shows('four fine'), /two wrong/v);
});
