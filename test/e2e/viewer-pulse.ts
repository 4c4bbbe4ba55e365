import test from 'ava';
import {createFarm} from '../helpers/farm-process.js';
import {openTerminal} from '../helpers/terminal.js';

test('the pulse tells what is wrong, draws the last hour, and leads to the errors', async (t) => {
	const farm = createFarm(t);
	await farm.scheduler();
	await farm.graph(
		{
			fails: {
				type: 'command',
				parameters: {command: [{arg: 'sh'}, {arg: '-c'}, {arg: 'exit 3'}]},
			},
		},
		[],
	);
	const terminal = await openTerminal(t, {farm, words: ['view']});
	await terminal.press('6');
	await terminal.shows('no worker takes work');
	const id = await farm.submit('fails', {name: 'doomed'});
	await terminal.shows(/1 task ready, and no worker to take it/v);
	await farm.worker();
	await farm.rest(id);
	await terminal.shows(/1 task in error/v);
	t.regex(await terminal.shows(/1 new in 60 min/v), /Utilisation/v);
	await terminal.press('t');
	await terminal.shows(/30 min ago/v);
	await terminal.resize(200, 50);
	await terminal.shows(/Task \d+ "doomed" in node "fails"/v);
	await terminal.press('e');
	await terminal.shows(/doomed +error/v);
});
