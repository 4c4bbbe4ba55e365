import {Buffer} from 'node:buffer';
import fs from 'node:fs';
import net from 'node:net';
import process from 'node:process';
import {createInterface} from 'node:readline';

/*
A job that talks to its worker as any program can: lines of JSON on a socket. What it does is in its task's attribute `steps`, one call after the other; each answer goes to its log as a line. A call whose connection breaks is made again, over a new connection, as soon as there is one.

In parameters "FROM" stands for the invocation that the last message came from.
*/

type Step = {readonly call: string; readonly params?: Record<string, unknown>};

const environment = process.env;
const {steps} = JSON.parse(
	fs.readFileSync(environment['LIFEBLOOD_ATTRIBUTES'] ?? '', 'utf8'),
) as {steps: readonly Step[]};
const [host, port] = (
	environment['LIFEBLOOD_RUNTIME_SCHEDULER_ADDR'] ?? ''
).split(':', 2);

/** Resolves to the line that answers, or undefined where the connection broke. */
const ask = async (request: string): Promise<string | undefined> =>
	new Promise((resolve) => {
		const socket = net.connect({host, port: Number(port)}, () => {
			socket.write(request);
		});
		socket.on('error', () => undefined);
		createInterface({input: socket})
			.on('error', () => undefined)
			.once('line', (line) => {
				resolve(line);
				socket.destroy();
			});
		socket.on('close', () => {
			resolve(undefined);
		});
	});

let from: unknown = 0;
for (const [index, {call, params = {}}] of steps.entries()) {
	const request = `${JSON.stringify({
		jsonrpc: '2.0',
		id: index,
		method: call,
		params: {
			token: environment['LIFEBLOOD_RUNTIME_TOKEN'],
			...params,
			...(params['to'] === 'FROM' && {to: from}),
		},
	})}\n`;
	let answer: string | undefined;
	while (answer === undefined) {
		/* eslint-disable no-await-in-loop -- one after the other */
		answer = await ask(request);
		if (answer === undefined) {
			await new Promise((resolve) => {
				setTimeout(resolve, 50);
			});
		}
		/* eslint-enable no-await-in-loop */
	}

	const {result, error} = JSON.parse(answer) as {
		result?: {from?: unknown; data?: unknown};
		error?: unknown;
	};
	from = result?.from ?? from;
	const told =
		typeof result?.data === 'string'
			? {...result, data: Buffer.from(result.data, 'base64').toString()}
			: (result ?? {error});
	fs.writeSync(1, `${JSON.stringify(told)}\n`);
}
