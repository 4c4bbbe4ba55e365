import {spawn} from 'node:child_process';
import {once} from 'node:events';
import process from 'node:process';
import {createInterface} from 'node:readline';
import {z} from 'zod';
import type {Address} from '../../source/net/address.js';
import {helperProgram} from '../farm/paths.js';

const addressShape = z.strictObject({host: z.string(), port: z.number()});

/** A port, for TCP and for UDP, that has nothing to do with any farm: whoever attacks it takes the machine's time, and nothing else. */
export const startDecoy = async (): Promise<
	AsyncDisposable & {readonly address: Address; readonly pid: number}
> => {
	const child = spawn(
		process.execPath,
		['--import=tsx', helperProgram('decoy.ts')],
		{stdio: ['pipe', 'pipe', 'inherit']},
	);
	const exit = once(child, 'exit');
	const lines = createInterface({input: child.stdout});
	const first = await lines[Symbol.asyncIterator]().next();
	if (first.done === true || child.pid === undefined) {
		throw new Error('The decoy did not start.');
	}

	return {
		address: addressShape.parse(JSON.parse(first.value)),
		pid: child.pid,
		async [Symbol.asyncDispose]() {
			child.kill();
			if (child.exitCode === null && child.signalCode === null) {
				await exit;
			}
		},
	};
};
