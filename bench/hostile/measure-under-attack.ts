import {setTimeout as delay} from 'node:timers/promises';
import {processUsage} from '../measure/process-usage.js';
import type {Figures} from './attacker.js';
import type {Attack} from './start-attack.js';
import type {SteadyWork} from './steady-work.js';

export type Phase = {
	readonly isAttacked: boolean;
	/** Tasks finished a second. */
	readonly rate: number;
	/** The scheduler's and the worker's resident memory at its end. */
	readonly memoryBytes: readonly number[];
};

export type UnderAttack = {
	readonly phases: readonly Phase[];
	/** Of the phases in peace and under attack together. */
	readonly calmRate: number;
	readonly attackedRate: number;
	/** The most that was ever resident of the scheduler and of the worker. */
	readonly peakMemoryBytes: readonly number[];
	readonly figures: Figures;
};

/** Before a phase counts, what the one before left has gone, or what it brings is there. */
const settleMs = 1000;

/** Phases in peace and under attack by turns, of the same length, until the time is over; each kind at least once, and as often as the other. */
export const measureUnderAttack = async (
	{
		attack,
		work,
		pids,
		say,
	}: {
		readonly attack: Attack;
		readonly work: SteadyWork;
		/** The scheduler's and the worker's. */
		readonly pids: readonly number[];
		readonly say: (text: string) => void;
	},
	{totalMs, phaseMs}: {readonly totalMs: number; readonly phaseMs: number},
): Promise<UnderAttack> => {
	const phases: Phase[] = [];
	const end = performance.now() + totalMs;
	let figures: Figures | undefined;
	const phase = async (isAttacked: boolean): Promise<void> => {
		if (isAttacked) {
			attack.go();
		}

		await delay(settleMs);
		const began = performance.now();
		const before = await work.finished();
		await delay(phaseMs);
		const finished = (await work.finished()) - before;
		const rate = finished / ((performance.now() - began) / 1000);
		if (isAttacked) {
			figures = await attack.rest();
		}

		const memoryBytes = pids.map((pid) => processUsage(pid).memoryBytes);
		phases.push({isAttacked, rate, memoryBytes});
		say(
			`${isAttacked ? 'under attack' : 'in peace'}: ${rate.toFixed(0)} tasks/s; ${memoryBytes.map((bytes) => (bytes / 2 ** 20).toFixed(0)).join(' and ')} MiB`,
		);
	};

	do {
		/* eslint-disable no-await-in-loop -- by turns, so that what else the machine does meets both */
		const isAttackedFirst = phases.length % 4 === 2;
		await phase(isAttackedFirst);
		await phase(!isAttackedFirst);
		/* eslint-enable no-await-in-loop */
	} while (performance.now() < end);

	const rateOf = (isAttacked: boolean): number => {
		const rates = phases
			.filter((one) => one.isAttacked === isAttacked)
			.map(({rate}) => rate);
		return rates.reduce((sum, rate) => sum + rate, 0) / rates.length;
	};

	return {
		phases,
		calmRate: rateOf(false),
		attackedRate: rateOf(true),
		peakMemoryBytes: pids.map((pid) => processUsage(pid).peakMemoryBytes),
		figures: figures ?? {connections: 0, messages: 0, bytes: 0, packets: 0},
	};
};
