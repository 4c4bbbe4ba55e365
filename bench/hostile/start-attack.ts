import {spawn} from 'node:child_process';
import {createSocket} from 'node:dgram';
import {once} from 'node:events';
import process from 'node:process';
import {createInterface} from 'node:readline';
import {z} from 'zod';
import {toJoinCode} from '../../source/net/key.js';
import {helperProgram} from '../farm/paths.js';
import {noFigures, type AttackContext, type Figures} from './attacker.js';

export type Attack = AsyncDisposable & {
	readonly pid: number;
	readonly go: () => void;
	/** Resolves when nothing of it is open any more. */
	readonly rest: () => Promise<void>;
	/** What it had done when it rested last. */
	readonly figures: () => Figures;
};

export type Target = Pick<
	AttackContext,
	'ports' | 'jobPort' | 'statusPort' | 'broadcastPort' | 'viewKey'
>;

const figuresShape = z.strictObject({
	connections: z.number(),
	messages: z.number(),
	bytes: z.number(),
	packets: z.number(),
});

/** An attack in a process of its own, which does nothing yet. */
export const startAttack = (
	{viewKey, ...places}: Target,
	{seed, only}: {readonly seed: number; readonly only: readonly string[]},
): Attack => {
	const child = spawn(
		process.execPath,
		['--import=tsx', helperProgram('attack.ts')],
		{stdio: ['pipe', 'pipe', 'inherit']},
	);
	const {pid} = child;
	if (pid === undefined) {
		throw new Error('The attack could not be started.');
	}

	const exit = once(child, 'exit');
	const answers = createInterface({input: child.stdout})[
		Symbol.asyncIterator
	]();
	let figures = noFigures();
	child.stdin.write(
		`${JSON.stringify({...places, joinCode: toJoinCode(viewKey), seed, only})}\n`,
	);
	return {
		pid,
		go() {
			child.stdin.write('go\n');
		},
		async rest() {
			child.stdin.write('rest\n');
			const next = await answers.next();
			if (next.done === true) {
				throw new Error('The attack ended by itself.');
			}

			figures = figuresShape.parse(JSON.parse(next.value));
		},
		figures: () => figures,
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
