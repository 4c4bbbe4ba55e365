/**
An attack on a farm of this machine, as a process of its own: told where by one JSON line on standard input, then by lines `go` and `rest`; after each `rest`, and at the end of its input, it tells what it has done as a JSON line on standard output.
*/
import process from 'node:process';
import {createInterface} from 'node:readline';
import {z} from 'zod';
import {fromJoinCode} from '../../source/net/key.js';
import {attack} from '../hostile/attack.js';
import {noFigures} from '../hostile/attacker.js';

const address = z.strictObject({
	host: z.literal('127.0.0.1'),
	port: z.number(),
});

const orderShape = z.strictObject({
	ports: z.array(address).min(1),
	jobPort: address,
	statusPort: address,
	broadcastPort: z.number(),
	joinCode: z.string(),
	seed: z.number(),
	only: z.array(z.string()),
});

const figures = noFigures();
let order: z.output<typeof orderShape> | undefined;
let current: {readonly stop: () => Promise<void>} | undefined;
let rounds = 0;

const go = ({joinCode, seed, ...given}: z.output<typeof orderShape>) => {
	const pausing = new AbortController();
	rounds += 1;
	const ended = attack({
		...given,
		seed: seed + rounds * 1000,
		viewKey: fromJoinCode(joinCode),
		figures,
		signal: pausing.signal,
	});
	return {
		async stop() {
			pausing.abort();
			await ended;
		},
	};
};

for await (const line of createInterface({input: process.stdin})) {
	if (!order) {
		order = orderShape.parse(JSON.parse(line));
	} else if (line === 'go') {
		current ??= go(order);
	} else {
		await current?.stop();
		current = undefined;
		process.stdout.write(`${JSON.stringify(figures)}\n`);
	}
}

await current?.stop();
