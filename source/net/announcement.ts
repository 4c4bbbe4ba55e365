import {Buffer} from 'node:buffer';
import {createHmac, timingSafeEqual} from 'node:crypto';
import {z} from 'zod';
import type {FarmKey} from './key.js';

/** What a scheduler tells the network of itself. Nothing of it is secret. */
export type Announcement = z.output<typeof announcementShape>;

/** A packet on the broadcast port. */
export type Packet =
	| {
			readonly kind: 'announcement';
			readonly announcement: Announcement;
			/** Whether someone who has the farm's key, or its view-only key, wrote it. */
			readonly isFrom: (key: FarmKey) => boolean;
	  }
	/** Someone asks the schedulers of a farm, or all of them, to announce themselves now. */
	| {readonly kind: 'question'; readonly farmId: string | undefined};

/** The farm id of schedulers that run without a key. */
export const insecureFarmId = 'insecure';

/** Signed with the key; without one, unsigned. Stays under 1,200 bytes, so that it fits every network's packets: a broadcast is never cut into fragments. */
export const encodeAnnouncement = (
	announcement: Announcement,
	key: FarmKey | undefined,
): Uint8Array => {
	const body = JSON.stringify({
		...announcement,
		farm: shorten(announcement.farm),
		machine: shorten(announcement.machine),
	});
	return toBytes({
		lifeblood: 1,
		body,
		...(key && {mac: sign(body, key).toString('hex')}),
	});
};

export const encodeQuestion = (farmId: string | undefined): Uint8Array =>
	toBytes({lifeblood: 1, question: farmId ?? null});

/** Undefined: something else than a packet of ours. */
export const decodePacket = (bytes: Uint8Array): Packet | undefined => {
	const packet = parse(packetShape, Buffer.from(bytes).toString('utf8'));
	if (packet === undefined) {
		return undefined;
	}

	if ('question' in packet) {
		return {kind: 'question', farmId: packet.question ?? undefined};
	}

	const announcement = parse(announcementShape, packet.body);
	if (announcement === undefined) {
		return undefined;
	}

	const mac = Buffer.from(packet.mac ?? '', 'hex');
	return {
		kind: 'announcement',
		announcement,
		isFrom(key) {
			const expected = sign(packet.body, key);
			return (
				announcement.farm_id === key.farmId &&
				mac.length === expected.length &&
				timingSafeEqual(mac, expected)
			);
		},
	};
};

const address = z.object({
	host: z.union([z.ipv4(), z.ipv6()]),
	port: z.int().min(1).max(65_535),
});

const announcementShape = z.object({
	farm_id: z.string().min(1).max(64),
	/** The farm's name. */
	farm: z.string().max(256),
	/** The name of the machine. */
	machine: z.string().max(256),
	/** Where workers and clients connect. */
	server: address,
	/** Where viewers connect. */
	ui: address,
	database_id: z.string().max(64),
	pid: z.int().positive(),
	version: z.string().max(64),
	protocol: z.tuple([z.int(), z.int()]),
	/** Seconds until the next. */
	interval_s: z.number().positive(),
});

const packetShape = z.union([
	z.object({
		lifeblood: z.literal(1),
		body: z.string().max(4096),
		mac: z.string().max(128).optional(),
	}),
	z.object({
		lifeblood: z.literal(1),
		question: z.string().max(64).nullable(),
	}),
]);

const parse = <Shape extends z.ZodType>(
	shape: Shape,
	text: string,
): z.output<Shape> | undefined => {
	let value: unknown;
	try {
		value = JSON.parse(text);
	} catch {
		return undefined;
	}

	return shape.safeParse(value).data;
};

const sign = (body: string, key: FarmKey) =>
	createHmac('sha256', key.announcementSecret()).update(body).digest();

const toBytes = (value: unknown): Uint8Array =>
	Buffer.from(JSON.stringify(value));

const longestName = 64;

const shorten = (text: string): string =>
	[...text].slice(0, longestName).join('');
