/** A job that makes every call of the shell so many times, one after the other, with Node's own start in between; writes how many milliseconds each took to a file, as JSON by the call's name. */
import {spawn} from 'node:child_process';
import {once} from 'node:events';
import fs from 'node:fs';
import net from 'node:net';
import process from 'node:process';

const [file = '', times = '1'] = process.argv.slice(2);
const {
	LIFEBLOOD_RUNTIME_SCHEDULER_ADDR: address = '',
	LIFEBLOOD_RUNTIME_TOKEN: token = '',
	LIFEBLOOD_RUNTIME_IID: invocation = '',
} = process.env;
const figures = new Map<string, number[]>();

const measure = async (
	name: string,
	program: string,
	words: readonly string[],
): Promise<void> => {
	const from = performance.now();
	const child = spawn(program, words, {stdio: ['ignore', 'ignore', 'inherit']});
	await once(child, 'exit');
	if (child.exitCode !== 0) {
		throw new Error(`${name} ended with ${String(child.exitCode)}.`);
	}

	const took = performance.now() - from;
	const all = figures.get(name) ?? [];
	all.push(took);
	figures.set(name, all);
};

const call = async (name: string, ...more: readonly string[]): Promise<void> =>
	measure(name, 'lifeblood', ['job', ...name.split(' '), ...more]);

const port = Number(address.split(':').at(-1));
const other = net.connect({host: '127.0.0.1', port});
await once(other, 'connect');
let asked = 0;

/** The other end of a message: it is asked for before, so that nobody waits for it. */
const ask = async (
	method: string,
	params: Readonly<Record<string, unknown>>,
): Promise<unknown> => {
	asked += 1;
	const request = {
		jsonrpc: '2.0',
		id: asked,
		method,
		params: {token, ...params},
	};
	other.write(`${JSON.stringify(request)}\n`);
	return once(other, 'data');
};

for (let time = 1; time <= Number(times); time += 1) {
	/* eslint-disable no-await-in-loop -- one measurement at a time */
	await measure('node -e 0', process.execPath, ['-e', '0']);
	await call('attr set', `time:=${time}`, 'text=some text');
	await call('attr get', 'text');
	await call('attr delete', 'text');
	await call('progress', '50', `time ${time}`);
	await call('spawn', `child ${time}`, '--attr', `time:=${time}`);
	const taken = ask('job.receive', {addressee: 'bench'});
	await call('send', invocation, 'bench', 'a message');
	await taken;
	const sent = ask('job.send', {
		to: Number(invocation),
		addressee: 'bench',
		data: '',
	});
	await call('receive', 'bench');
	await sent;
	/* eslint-enable no-await-in-loop */
}

other.destroy();
fs.writeFileSync(file, JSON.stringify(Object.fromEntries(figures)));
