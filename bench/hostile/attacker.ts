import type {Socket} from 'node:net';
import {setTimeout as delay} from 'node:timers/promises';
import type {Address} from '../../source/net/address.js';
import type {FarmKey} from '../../source/net/key.js';
import type {Random} from './random.js';

/** What one run of an attack has done so far. */
export type Figures = {
	connections: number;
	messages: number;
	bytes: number;
	packets: number;
};

export const noFigures = (): Figures => ({
	connections: 0,
	messages: 0,
	bytes: 0,
	packets: 0,
});

export type AttackContext = {
	/** The scheduler's ports; all on loopback. */
	readonly ports: readonly Address[];
	/** Where the worker serves its processes. */
	readonly jobPort: Address;
	/** Where programs watch the scheduler, by HTTP and without a key. */
	readonly statusPort: Address;
	/** UDP. */
	readonly broadcastPort: number;
	/** The most that an attacker has: with the full key anybody may run programs anyway. */
	readonly viewKey: FarmKey;
	/** Messages to send as they are, or spoilt. */
	readonly messages: readonly Uint8Array[];
	readonly random: Random;
	readonly figures: Figures;
	readonly signal: AbortSignal;
	/** Keeps it until the attack pauses, when it is cut. */
	readonly hold: <Held extends Socket>(socket: Held) => Held;
};

/** Does one kind of harm until its signal. */
export type Attacker = (context: AttackContext) => Promise<void>;

const beatMs = 10;

/** Does something so many times a second, and not more where this process cannot keep up. */
export const paced = async (
	perSecond: number,
	signal: AbortSignal,
	act: () => void,
): Promise<void> => {
	let last = performance.now();
	let due = 0;
	while (!signal.aborted) {
		await pause(beatMs, signal); // eslint-disable-line no-await-in-loop -- a beat
		const now = performance.now();
		due = Math.min(due + ((now - last) * perSecond) / 1000, perSecond / 10);
		last = now;
		for (; due >= 1 && !signal.aborted; due -= 1) {
			act();
		}
	}
};

/** Waits, or until the signal; never rejects. */
export const pause = async (
	milliseconds: number,
	signal: AbortSignal,
): Promise<void> => {
	try {
		await delay(milliseconds, undefined, {signal});
	} catch {
		// The signal came, which whoever waits looks at.
	}
};
