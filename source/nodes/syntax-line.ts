import {readFile} from 'node:fs/promises';
import {Worker} from 'node:worker_threads';

// In a thread of its own: Node warns of the function, and only there the warning can be turned off.
const thread = `
const {parentPort, workerData} = require('node:worker_threads');
try {
	require('node:module').stripTypeScriptTypes(workerData);
	parentPort.postMessage('');
} catch (error) {
	parentPort.postMessage(String(error.stack));
}`;

/** The line at which JavaScript cannot be read any further, for an error of Node's that does not tell it. Undefined where the other parser that Node has finds no fault either, or this Node has none. */
export const syntaxLine = async (file: string): Promise<number | undefined> => {
	try {
		const worker = new Worker(thread, {
			eval: true,
			workerData: await readFile(file, 'utf8'),
			execArgv: ['--disable-warning=ExperimentalWarning'],
			env: {},
		});
		const {promise, resolve, reject} = Promise.withResolvers<unknown>();
		worker.once('message', resolve).once('error', reject);
		const stack = await promise;
		const {line} = /^[^\n:]*:(?<line>\d+)\n/v.exec(String(stack))?.groups ?? {};
		return line === undefined ? undefined : Number(line);
	} catch {
		return undefined;
	}
};
