import {createServer} from 'node:net';
import type {Host} from '../../config/host.js';
import type {Loaded} from '../../config/load.js';
import type {SchedulerSettings} from '../../config/scheduler-settings.js';
import type {ViewerSettings} from '../../config/viewer-settings.js';
import {systemClock} from '../../core/clock.js';
import {FarmError} from '../../core/errors.js';
import {formatAddress} from '../../net/address.js';
import {discover} from '../../net/discover.js';
import {openClient} from '../client.js';
import type {CommandContext} from '../context.js';
import {runningSchedulers} from '../running-schedulers.js';
import {version} from '../version.js';
import {fail, ok, warn, type Finding} from './finding.js';
import {portOwner} from './port-owner.js';

/** Long enough to be answered by whoever is asked, and short enough to sit through. */
const listenMs = 3000;

type Input = {
	readonly context: CommandContext;
	readonly host: Host;
	readonly scheduler: Loaded<SchedulerSettings> | undefined;
	readonly viewer: Loaded<ViewerSettings> | undefined;
};

/** The ports that a scheduler would take here, and the scheduler that commands would talk to. */
export const lookAtNetwork = async ({
	context,
	host,
	scheduler,
	viewer,
}: Input): Promise<Finding[]> => [
	...(scheduler === undefined
		? []
		: await ports(host, scheduler.settings.core)),
	...(viewer === undefined
		? []
		: [await reachability(context, host, viewer.settings.core)]),
];

const ports = async (
	host: Host,
	{
		server_ip: serverIp,
		server_port: serverPort,
		ui_ip: uiIp,
		ui_port: uiPort,
	}: SchedulerSettings['core'],
): Promise<Finding[]> => {
	const wanted = new Map([
		[serverPort, serverIp],
		[uiPort, uiIp],
	]);
	wanted.delete(0);
	const running = await runningSchedulers(host);
	return Promise.all(
		[...wanted].map(async ([port, address]) => {
			const check = `port ${port}`;
			const code = await whyNotListen(port, address);
			if (code === undefined) {
				return ok(check, 'free');
			}

			const own = running.find(
				({server, ui}) => server.port === port || ui.port === port,
			);
			if (own !== undefined) {
				return ok(check, `taken by the scheduler here, process ${own.pid}`);
			}

			if (code === 'EADDRINUSE') {
				const owner = await portOwner(port);
				return warn(
					check,
					`taken by ${owner ?? 'another program'}`,
					'a scheduler here needs another one: server_port and ui_port in scheduler/config.toml',
				);
			}

			return fail(
				check,
				`cannot be listened on at ${address === '' ? 'any address' : address} (${code})`,
				code === 'EADDRNOTAVAIL'
					? 'this machine has no such address: change server_ip and ui_ip in scheduler/config.toml'
					: 'choose a port above 1023',
			);
		}),
	);
};

/** The error's code, or undefined where the port is free. */
const whyNotListen = async (
	port: number,
	address: string,
): Promise<string | undefined> =>
	new Promise((resolve) => {
		const server = createServer();
		server.once('error', (error: NodeJS.ErrnoException) => {
			resolve(error.code ?? error.message);
		});
		server.listen({port, ...(address !== '' && {host: address})}, () => {
			server.close(() => {
				resolve(undefined);
			});
		});
	});

const reachability = async (
	context: CommandContext,
	host: Host,
	{scheduler, broadcast_port: port}: ViewerSettings['core'],
): Promise<Finding> => {
	const running = await runningSchedulers(host);
	if (scheduler === '' && running.length === 0) {
		return unnamed(port);
	}

	try {
		await using client = await openClient(context);
		const times: number[] = [];
		for (let count = 0; count < 5; count++) {
			const start = systemClock.monotonic();
			await client.call('ping', {}); // eslint-disable-line no-await-in-loop -- one after the other is what is measured
			times.push(systemClock.monotonic() - start);
		}

		const middle = times.toSorted((left, right) => left - right)[2] ?? 0;
		const {farm, version: theirs, insecure} = client.welcome();
		const message = `the farm "${farm}" at ${client.address()} answers in ${middle.toFixed(1)} ms`;
		if (theirs !== version) {
			return warn(
				'scheduler',
				`${message}, and is version ${theirs}, this is ${version}`,
				'use the same version everywhere',
			);
		}

		return insecure
			? warn(
					'scheduler',
					`${message}; it runs without a key`,
					'only on a closed network: whoever can connect may do everything',
				)
			: ok('scheduler', message);
	} catch (error) {
		if (error instanceof FarmError) {
			return fail(
				'scheduler',
				error.message,
				'until then nothing can be asked of the farm from here',
			);
		}

		throw error;
	}
};

const unnamed = async (port: number): Promise<Finding> => {
	try {
		const [heard] = await discover({
			port,
			sought: {kind: 'any'},
			timeoutMs: listenMs,
		});
		return heard === undefined
			? warn(
					'scheduler',
					'none is named, none runs here, and none is heard on the network',
					'"lifeblood scheduler" starts one; "lifeblood join HOST:PORT" names one that runs elsewhere',
				)
			: ok(
					'scheduler',
					`the farm "${heard.farm}" is heard at ${formatAddress(heard.server)}`,
				);
	} catch (error) {
		return warn(
			'scheduler',
			error instanceof Error ? error.message : String(error),
			'name the scheduler with "lifeblood join HOST:PORT"',
		);
	}
};
