import {readText} from '../dialogs/read-text.js';
import type {ScreenTools} from '../screen.js';
import {fit, type Line} from '../text/span.js';

/** Every key that works here, and why some do not now. */
export const openHelp = (tools: ScreenTools<unknown>): void => {
	const lines: Line[] = [];
	for (const {title, keys} of tools.help()) {
		lines.push([{text: title, role: 'title'}]);
		for (const {shown, help, reason} of keys) {
			lines.push([
				{
					text: fit(`  ${shown}`, keyColumns),
					role: reason === undefined ? 'key' : 'dim',
				},
				{text: help, role: reason === undefined ? 'normal' : 'dim'},
				...(reason === undefined
					? []
					: [{text: `  (${reason})`, role: 'warning' as const}]),
			]);
		}

		lines.push([]);
	}

	tools.openDialog(readText({title: 'Keys', lines, indent: keyColumns}));
};

const keyColumns = 22;
