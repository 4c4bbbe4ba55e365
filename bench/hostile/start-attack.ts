import {spawn} from 'node:child_process';
import {createSocket} from 'node:dgram';
import {once} from 'node:events';
import process from 'node:process';
import {createInterface} from 'node:readline';
import {z} from 'zod';
import type {Address} from '../../source/net/address.js';
import {toJoinCode, viewOnly} from '../../source/net/key.js';
import {helperProgram} from '../farm/paths.js';
import type {Farm} from '../farm/start-farm.js';
import type {Figures} from './attacker.js';

export type Attack = AsyncDisposable & {
	readonly go: () => void;
	/** Resolves when nothing of it is open any more: with what it has done so far. */
	readonly rest: () => Promise<Figures>;
};

const figuresShape = z.strictObject({
	connections: z.number(),
	messages: z.number(),
	bytes: z.number(),
	packets: z.number(),
});

/** An attack in a process of its own, which does nothing yet. */
export const startAttack = (
	{address, uiAddress, key}: Farm,
	{
		jobPort,
		broadcastPort,
		seed,
		only = [],
	}: {
		readonly jobPort: Address;
		readonly broadcastPort: number;
		readonly seed: number;
		readonly only?: readonly string[];
	},
): Attack => {
	const child = spawn(
		process.execPath,
		['--import=tsx', helperProgram('attack.ts')],
		{stdio: ['pipe', 'pipe', 'inherit']},
	);
	const exit = once(child, 'exit');
	const answers = createInterface({input: child.stdout})[
		Symbol.asyncIterator
	]();
	const order = {
		ports: [address, uiAddress],
		jobPort,
		broadcastPort,
		joinCode: toJoinCode(viewOnly(key)),
		seed,
		only,
	};
	child.stdin.write(`${JSON.stringify(order)}\n`);
	return {
		go() {
			child.stdin.write('go\n');
		},
		async rest() {
			child.stdin.write('rest\n');
			const next = await answers.next();
			if (next.done === true) {
				throw new Error('The attack ended by itself.');
			}

			return figuresShape.parse(JSON.parse(next.value));
		},
		async [Symbol.asyncDispose]() {
			child.kill();
			if (child.exitCode === null && child.signalCode === null) {
				await exit;
			}
		},
	};
};

/** A UDP port that nobody uses at present. */
export const freeUdpPort = async (): Promise<number> => {
	const socket = createSocket('udp4').bind(0, '127.0.0.1');
	await once(socket, 'listening');
	const {port} = socket.address();
	socket.close();
	await once(socket, 'close');
	return port;
};
