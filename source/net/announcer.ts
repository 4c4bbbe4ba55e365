import type {Socket} from 'node:dgram';
import type {Clock} from '../core/clock.js';
import type {Service} from '../core/service.js';
import type {Address} from './address.js';
import {
	decodePacket,
	encodeAnnouncement,
	insecureFarmId,
	type Announcement,
} from './announcement.js';
import {closeSocket, openBroadcastSocket} from './broadcast-socket.js';
import {broadcastTargets, type BroadcastTarget} from './broadcast-targets.js';
import {createComplaints} from './complaints.js';
import {protocol} from './protocol.js';
import type {KeySource} from './secure.js';

export type AnnouncerOptions = {
	/** The farm is announced once for each, so that who still has the key before a rotation finds it too. */
	readonly keys: KeySource;
	/** The farm's name. */
	readonly farm: string;
	readonly machine: string;
	/** As listened on. Where that is every interface, each network is told the machine's address in it. */
	readonly server: Address;
	readonly ui: Address;
	readonly databaseId: string;
	readonly pid: number;
	readonly version: string;
	readonly intervalMs: number;
	/** UDP. */
	readonly port: number;
	readonly targets?: () => readonly BroadcastTarget[];
	readonly onTrouble?: (message: string) => void;
	readonly clock: Clock;
};

/**
Tells every network of this machine, at once and then at each interval, where the scheduler is; and when someone asks, though not more than once a second.

Where the port cannot be shared with whoever has it, nobody's questions are heard, and the rest works.
*/
export const createAnnouncer = (options: AnnouncerOptions): Service => {
	const {
		keys,
		intervalMs,
		port,
		targets = broadcastTargets,
		onTrouble = () => undefined,
		clock,
	} = options;
	const complain = createComplaints(clock, onTrouble);
	let socket: Socket | undefined;
	let timer: NodeJS.Timeout | undefined;
	let lastTold = -Infinity;

	const tell = (): void => {
		lastTold = clock.monotonic();
		schedule(intervalMs);
		for (const target of targets()) {
			for (const packet of packetsFor(options, target)) {
				socket?.send(packet, port, target.broadcast, (error) => {
					if (error !== null) {
						complain(
							`The announcement to ${target.broadcast} was not sent: ${error.message}.`,
						);
					}
				});
			}
		}
	};

	const schedule = (wait: number): void => {
		clearTimeout(timer);
		timer = setTimeout(tell, wait);
	};

	const takePacket = (bytes: Uint8Array): void => {
		const packet = decodePacket(bytes);
		if (
			packet?.kind !== 'question' ||
			(packet.farmId !== undefined && !farmIds(keys).includes(packet.farmId))
		) {
			return;
		}

		// Sooner, never later than the interval would have it.
		const due = lastTold + Math.min(intervalMs, answerAtMostEveryMs);
		schedule(Math.max(0, due - clock.monotonic()));
	};

	const stop = async (): Promise<void> => {
		clearTimeout(timer);
		const open = socket;
		socket = undefined;
		if (open !== undefined) {
			await closeSocket(open);
		}
	};

	return {
		async start(signal) {
			signal.throwIfAborted();
			try {
				socket = await openBroadcastSocket(port);
				socket.on('message', takePacket);
			} catch (error) {
				complain(
					`UDP port ${port} is taken by another program, so that questions for schedulers are not heard: ${error instanceof Error ? error.message : String(error)}.`,
				);
				socket = await openBroadcastSocket(0);
			}

			if (signal.aborted) {
				await stop();
				signal.throwIfAborted();
			}

			signal.addEventListener(
				'abort',
				() => {
					void stop();
				},
				{once: true},
			);
			tell();
		},
		stop,
	};
};

const answerAtMostEveryMs = 1000;

const farmIds = (keys: KeySource): readonly string[] =>
	keys === undefined ? [insecureFarmId] : keys().map(({farmId}) => farmId);

const packetsFor = (
	options: AnnouncerOptions,
	target: BroadcastTarget,
): readonly Uint8Array[] => {
	const server = reachableBy(options.server, target);
	const ui = reachableBy(options.ui, target);
	if (server === undefined || ui === undefined) {
		return [];
	}

	const announcement: Omit<Announcement, 'farm_id'> = {
		farm: options.farm,
		machine: options.machine,
		server,
		ui,
		database_id: options.databaseId,
		pid: options.pid,
		version: options.version,
		protocol: [protocol[0], protocol[1]],
		interval_s: options.intervalMs / 1000,
	};
	return options.keys === undefined
		? [
				encodeAnnouncement(
					{...announcement, farm_id: insecureFarmId},
					undefined,
				),
			]
		: options
				.keys()
				.map((key) =>
					encodeAnnouncement({...announcement, farm_id: key.farmId}, key),
				);
};

/** The address that those on a network can connect to; undefined: none, as with a scheduler on loopback only. */
const reachableBy = (
	{host, port}: Address,
	{address, isLoopback}: BroadcastTarget,
): Address | undefined => {
	if (everyInterface.has(host)) {
		return {host: address, port};
	}

	const isLocal = host.startsWith('127.') || host === '::1';
	return isLocal && !isLoopback ? undefined : {host, port};
};

const everyInterface: ReadonlySet<string> = new Set(['0.0.0.0', '::']);
