/**
Many workers in one process, each with a connection of its own: they take what they are given, wait as long as a process would run, and tell that it ended. Told by one JSON line on standard input; tells on standard output when all are registered, and how many invocations ended when its input ends.
*/
import process from 'node:process';
import {createInterface} from 'node:readline';
import {z} from 'zod';
import {systemClock} from '../../source/core/clock.js';
import {connect} from '../../source/net/connect.js';
import {fromJoinCode, type FarmKey} from '../../source/net/key.js';

const orderShape = z.strictObject({
	host: z.string(),
	port: z.number(),
	joinCode: z.string(),
	first: z.number(),
	count: z.number(),
	runMs: z.number(),
});

let ended = 0;

const startWorker = async (
	number: number,
	{
		host,
		port,
		key,
		runMs,
	}: {
		readonly host: string;
		readonly port: number;
		readonly key: FarmKey;
		readonly runMs: number;
	},
): Promise<void> => {
	const name = `worker-${number}`;
	const connected: Awaited<ReturnType<typeof connect>> = await connect({
		address: {host, port},
		key,
		hello: {role: 'worker', version: '0', name},
		clock: systemClock,
		timeoutMs: 60_000,
		onRequest(call) {
			if (call.name !== 'invocation.run') {
				throw new Error(`Nobody should ask ${call.name} of these workers.`);
			}

			const {invocation} = call.params;
			const startedAt = Date.now();
			call.reply({kind: 'running', pid: process.pid});
			setTimeout(() => {
				ended += 1;
				connected.peer
					.request('invocation.finished', {
						invocation,
						outcome: {kind: 'exited', exit_code: 0},
						measures: {
							started_at: startedAt,
							finished_at: Date.now(),
							peak_memory_bytes: null,
							cpu_s: null,
							log_bytes: 0,
						},
					})
					.then(({accepted}) => {
						if (!accepted) {
							throw new Error(`Invocation ${invocation} was given up.`);
						}
					})
					.catch((error: unknown) => {
						console.error(error);
						process.exitCode = 1;
					});
			}, runMs);
		},
	});
	await connected.peer.request('worker.register', {
		name,
		machine_id: `machine-${number}`,
		host: name,
		type: 'standard',
		groups: [],
		capabilities: {},
		resources: {cpus: 1, memory_bytes: 2 ** 30, gpus: 0, gpu_memory_bytes: 0},
		version: '0',
		once: false,
		running: [],
		unreported: [],
	});
};

const lines = createInterface({input: process.stdin});
lines.once('line', (line) => {
	const {joinCode, first, count, ...place} = orderShape.parse(JSON.parse(line));
	const key = fromJoinCode(joinCode);
	const startAll = async (): Promise<void> => {
		// A few at a time: nobody switches on a thousand machines in the same millisecond.
		const inFlight = 8;
		let next = first;
		const startSome = async (): Promise<void> => {
			while (next < first + count) {
				const number = next;
				next += 1;
				await startWorker(number, {...place, key}); // eslint-disable-line no-await-in-loop -- one after the other
			}
		};

		await Promise.all(Array.from({length: inFlight}, startSome));
		console.log('registered');
	};

	startAll().catch((error: unknown) => {
		console.error(error);
		process.exit(1); // eslint-disable-line unicorn/no-process-exit -- a program of its own
	});
});
lines.once('close', () => {
	console.log(String(ended));
	process.exit(); // eslint-disable-line unicorn/no-process-exit -- its connections would keep it
});
