import fs from 'node:fs/promises';
import path from 'node:path';
import {setTimeout as delay} from 'node:timers/promises';
import {z} from 'zod';
import type {Address} from '../../source/net/address.js';
import {viewOnly} from '../../source/net/key.js';
import {startFarm, type Farm} from '../farm/start-farm.js';
import {applyGraph} from '../farm/work.js';
import {measureUnderAttack, type UnderAttack} from './measure-under-attack.js';
import {freeUdpPort, startAttack} from './start-attack.js';
import {startDecoy} from './start-decoy.js';
import {keepBusy} from './steady-work.js';

/** A farm of its own with real work, in peace and under attack by turns. At the end all its work is done, and its database is sound. */
export const runHostile = async ({
	totalMs,
	phaseMs,
	seed,
	only,
	isFull = false,
	hasControl = false,
	profile,
	say,
}: {
	readonly totalMs: number;
	readonly phaseMs: number;
	readonly seed: number;
	/** Names of attackers; none: all. */
	readonly only: readonly string[];
	/** Work of no length, as much as the machine can do beside the attack; else 40 tasks a second. */
	readonly isFull?: boolean;
	/** Also beside the same attack on a port that has nothing to do with the farm: how much of the machine the attackers take by themselves. */
	readonly hasControl?: boolean;
	/** A folder for V8's profiles of the scheduler and the worker. */
	readonly profile?: string | undefined;
	readonly say: (text: string) => void;
}): Promise<UnderAttack> => {
	const broadcastPort = await freeUdpPort();
	await using farm = await startFarm({
		name: 'hostile',
		broadcastPort,
		isWatched: true,
		profile,
	});
	const worker = await farm.startWorker({name: 'one', cpus: 8});
	const jobPort = await jobPortOf(farm);
	const work = await keepBusy(
		await farm.connect(),
		isFull ? ['true'] : ['sleep', '0.2'],
	);
	const viewKey = viewOnly(farm.key);
	await using decoy = hasControl ? await startDecoy() : undefined;
	await using elsewhere =
		decoy &&
		startAttack(
			{
				ports: [decoy.address],
				jobPort: decoy.address,
				statusPort: decoy.address,
				broadcastPort: decoy.address.port,
				viewKey,
			},
			{seed, only},
		);
	await using attack = startAttack(
		{
			ports: [farm.address, farm.uiAddress],
			jobPort,
			statusPort: statusPortOf(farm),
			broadcastPort,
			viewKey,
		},
		{seed, only},
	);
	const result = await measureUnderAttack(
		{attack, elsewhere, work, pids: [farm.scheduler.pid, worker.pid], say},
		{totalMs, phaseMs},
	);
	await work.finish();
	await farm.finish();
	return result;
};

/** The scheduler says where it is. */
const statusPortOf = ({scheduler}: Farm): Address => {
	const [, port] =
		/http:\/\/127\.0\.0\.1:(?<port>\d+)\/metrics/v.exec(scheduler.said()) ?? [];
	return {
		host: '127.0.0.1',
		port: z.coerce.number().int().positive().parse(port),
	};
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
