import {spawn} from 'node:child_process';
import {once} from 'node:events';
import process from 'node:process';
import {createInterface} from 'node:readline';
import {toJoinCode} from '../../source/net/key.js';
import {helperProgram} from './paths.js';
import type {Farm} from './start-farm.js';

export type SimulatedWorkers = AsyncDisposable & {
	readonly pid: number;
	/** Ends them; how many invocations ended on them. */
	readonly stop: () => Promise<number>;
};

/** Workers in a process of its own that speak the real protocol and run nothing. Resolves when all are registered. */
export const startSimulatedWorkers = async (
	{address, key}: Farm,
	{
		first,
		count,
		runMs,
	}: {readonly first: number; readonly count: number; readonly runMs: number},
): Promise<SimulatedWorkers> => {
	const child = spawn(
		process.execPath,
		['--import=tsx', helperProgram('many-workers.ts')],
		{stdio: ['pipe', 'pipe', 'inherit']},
	);
	const {pid} = child;
	if (pid === undefined) {
		throw new Error('The simulated workers could not be started.');
	}

	const exit = once(child, 'exit');
	const answers = createInterface({input: child.stdout})[
		Symbol.asyncIterator
	]();
	const answer = async (): Promise<string> => {
		const next = await answers.next();
		if (next.done === true) {
			throw new Error('The simulated workers ended.');
		}

		return next.value;
	};

	child.stdin.write(
		`${JSON.stringify({...address, joinCode: toJoinCode(key), first, count, runMs})}\n`,
	);
	await answer();
	return {
		pid,
		async stop() {
			child.stdin.end();
			const ended = Number(await answer());
			await exit;
			return ended;
		},
		async [Symbol.asyncDispose]() {
			child.kill();
			if (child.exitCode === null && child.signalCode === null) {
				await exit;
			}
		},
	};
};
