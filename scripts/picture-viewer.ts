/*
Makes docs/pictures: the viewer's screens on a farm in the middle of its work, as a terminal shows them. Takes some minutes, tmux, and the built program.
*/
import {mkdir, writeFile} from 'node:fs/promises';
import path from 'node:path';
import process from 'node:process';
import stringWidth from 'string-width';
import {program} from '../bench/farm/paths.js';
import {paintedCells} from './pictures/painted-cells.js';
import {scenes} from './pictures/scenes.js';
import {startStage} from './pictures/stage.js';
import {terminalSvg} from './pictures/terminal-svg.js';
import {openSession} from './pictures/tmux.js';

const folder = path.join(import.meta.dirname, '..', 'docs', 'pictures');
const say = (text: string): void => {
	console.error(`pictures: ${text}`);
};

await mkdir(folder, {recursive: true});
await using stage = await startStage(say);
for (const {name, title, columns, rows, show} of scenes) {
	/* eslint-disable no-await-in-loop -- one terminal at a time */
	await using session = await openSession({
		command: [process.execPath, program, 'view', ...stage.farm.clientWords],
		environment: stage.environment,
		columns,
		rows,
	});
	await session.shows(/studio +live/v);
	const painted = await show(session);
	const svg = terminalSvg(paintedCells(painted, stringWidth), {columns, title});
	await writeFile(path.join(folder, `${name}.svg`), svg);
	say(`${name}.svg, ${Math.round(svg.length / 1024)} KiB`);
	/* eslint-enable no-await-in-loop */
}
