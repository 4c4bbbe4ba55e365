import fs from 'node:fs/promises';
import path from 'node:path';
import {setTimeout as delay} from 'node:timers/promises';
import {z} from 'zod';
import type {Address} from '../../source/net/address.js';
import {startFarm, type Farm} from '../farm/start-farm.js';
import {applyGraph} from '../farm/work.js';
import {measureUnderAttack, type UnderAttack} from './measure-under-attack.js';
import {freeUdpPort, startAttack} from './start-attack.js';
import {keepBusy} from './steady-work.js';

/** A farm of its own with real work, in peace and under attack by turns. At the end all its work is done, and its database is sound. */
export const runHostile = async ({
	totalMs,
	phaseMs,
	seed,
	only,
	isFull = false,
	say,
}: {
	readonly totalMs: number;
	readonly phaseMs: number;
	readonly seed: number;
	/** Names of attackers; none: all. */
	readonly only: readonly string[];
	/** Work of no length, as much as the machine can do beside the attack; else 40 tasks a second. */
	readonly isFull?: boolean;
	readonly say: (text: string) => void;
}): Promise<UnderAttack> => {
	const broadcastPort = await freeUdpPort();
	await using farm = await startFarm({name: 'hostile', broadcastPort});
	const worker = await farm.startWorker({name: 'one', cpus: 8});
	const jobPort = await jobPortOf(farm);
	const work = await keepBusy(
		await farm.connect(),
		isFull ? ['true'] : ['sleep', '0.2'],
	);
	await using attack = startAttack(farm, {
		jobPort,
		broadcastPort,
		seed,
		only,
	});
	const result = await measureUnderAttack(
		{attack, work, pids: [farm.scheduler.pid, worker.pid], say},
		{totalMs, phaseMs},
	);
	await work.finish();
	await farm.finish();
	return result;
};

/** A process is told where it finds its worker. */
const jobPortOf = async ({client, folder}: Farm): Promise<Address> => {
	const file = path.join(folder.path, 'job-port');
	const command = [
		'sh',
		'-c',
		'printf %s "$LIFEBLOOD_RUNTIME_SCHEDULER_ADDR" >"$0.part"; mv "$0.part" "$0"',
		file,
	];
	await applyGraph(client, {
		nodes: {
			tell: {
				type: 'command',
				parameters: {command: command.map((arg) => ({arg}))},
			},
		},
	});
	const {id} = await client.request('task.submit', {node: 'tell'});
	await client.request('task.wait', {ids: [id], timeout_s: 30});
	for (let tries = 0; tries < 100; tries += 1) {
		try {
			// eslint-disable-next-line no-await-in-loop -- until it is there
			const text = await fs.readFile(file, 'utf8');
			const [, port] = /^127\.0\.0\.1:(?<port>\d+)$/v.exec(text) ?? [];
			return {
				host: '127.0.0.1',
				port: z.coerce.number().int().positive().parse(port),
			};
		} catch (error) {
			if (tries === 99) {
				throw error;
			}
		}

		await delay(100); // eslint-disable-line no-await-in-loop -- likewise
	}

	throw new Error('The worker told no process where it is.');
};
