/*
Writes the pages of docs/ that are made from the code; with --check, only tells which of them are not as the code says, and fails if any is not.
*/
import {readFile, writeFile} from 'node:fs/promises';
import path from 'node:path';
import process from 'node:process';
import {configurationPage} from '../source/config/page.js';
import {commandsPage} from '../source/modes/help.js';
import {coreNodes} from '../source/nodes/core-nodes.js';
import {keysPage} from './keys-page.js';
import {nodesPage} from './nodes-page.js';
import {protocolPage} from './protocol-page.js';
import {pythonPage} from './python-page.js';

const pages = {
	'commands.md': commandsPage,
	'configuration.md': configurationPage,
	'keys.md': keysPage,
	'nodes.md': () => nodesPage(coreNodes),
	'protocol.md': protocolPage,
	'python.md': pythonPage,
};
const folder = path.join(import.meta.dirname, '..', 'docs');
const isCheck = process.argv.includes('--check');

for (const [name, page] of Object.entries(pages)) {
	const file = path.join(folder, name);
	/* eslint-disable no-await-in-loop -- four small files */
	const fresh = `${page().trimEnd()}\n`;
	const stored = await readFile(file, 'utf8').catch(() => '');
	if (fresh === stored) {
		continue;
	}

	if (isCheck) {
		process.stderr.write(
			`docs/${name} is not what the code says: run \`npm run docs\`.\n`,
		);
		process.exitCode = 1;
	} else {
		await writeFile(file, fresh);
	}
	/* eslint-enable no-await-in-loop */
}
