import {setTimeout as delay} from 'node:timers/promises';
import {processUsage} from '../measure/process-usage.js';
import type {Figures} from './attacker.js';
import type {Attack} from './start-attack.js';
import type {SteadyWork} from './steady-work.js';

/** In peace, beside an attack on something else on this machine, or under attack. */
export type Kind = 'calm' | 'beside' | 'attacked';

export type Phase = {
	readonly kind: Kind;
	/** Tasks finished a second. */
	readonly rate: number;
	/** Attackers' connections a second. */
	readonly connectionRate: number;
	/** Resident at its end, by process. */
	readonly memoryBytes: readonly number[];
	/** Processor time that was taken, in cores, by process; the last is the attackers'. */
	readonly cores: readonly number[];
};

export type UnderAttack = {
	readonly phases: readonly Phase[];
	/** Of all phases of this kind together; NaN where there were none. */
	readonly rateOf: (kind: Kind) => number;
	/** The most that was ever resident, by process. */
	readonly peakMemoryBytes: readonly number[];
	/** What the attack on the farm has done. */
	readonly figures: Figures;
};

/** Before a phase counts, what the one before left has gone, or what it brings is there. */
const settleMs = 1000;

/** Phases of each kind by turns, of the same length, until the time is over; each kind at least once, and as often as the others. */
export const measureUnderAttack = async (
	{
		attack,
		elsewhere,
		work,
		pids,
		say,
	}: {
		readonly attack: Attack;
		/** The same on a port of nobody; undefined: there are no such phases. */
		readonly elsewhere?: Attack | undefined;
		readonly work: SteadyWork;
		/** The scheduler's and the worker's. */
		readonly pids: readonly number[];
		readonly say: (text: string) => void;
	},
	{totalMs, phaseMs}: {readonly totalMs: number; readonly phaseMs: number},
): Promise<UnderAttack> => {
	const phases: Phase[] = [];
	const start = performance.now();
	const attackOf = (kind: Kind): Attack | undefined =>
		({calm: undefined, beside: elsewhere, attacked: attack})[kind];

	const measure = async (kind: Kind): Promise<void> => {
		const current = attackOf(kind);
		const attacker = current ?? attack;
		const all = [...pids, attacker.pid];
		const before = attacker.figures();
		current?.go();
		const wentAt = performance.now();
		await delay(settleMs);
		const began = performance.now();
		const finishedBefore = await work.finished();
		const usedBefore = all.map((pid) => processUsage(pid).cpuSeconds);
		await delay(phaseMs);
		const finished = (await work.finished()) - finishedBefore;
		const seconds = (performance.now() - began) / 1000;
		const cores = all.map(
			(pid, index) =>
				(processUsage(pid).cpuSeconds - (usedBefore[index] ?? NaN)) / seconds,
		);
		const attackedFor = (performance.now() - wentAt) / 1000;
		await current?.rest();
		const memoryBytes = pids.map((pid) => processUsage(pid).memoryBytes);
		const phase = {
			kind,
			rate: finished / seconds,
			connectionRate:
				(attacker.figures().connections - before.connections) / attackedFor,
			memoryBytes,
			cores,
		};
		phases.push(phase);
		say(
			`${((performance.now() - start) / 1000).toFixed(0)} s: ${toText(phase)}`,
		);
	};

	const kinds: readonly Kind[] = elsewhere
		? ['calm', 'beside', 'attacked']
		: ['calm', 'attacked'];
	do {
		// There and back, so that what else the machine does meets all of them.
		const isBack = (phases.length / kinds.length) % 2 === 1;
		for (const kind of isBack ? kinds.toReversed() : kinds) {
			await measure(kind); // eslint-disable-line no-await-in-loop -- by turns
		}
	} while (performance.now() < start + totalMs);

	return {
		phases,
		rateOf: (kind) => mean(phases, kind, ({rate}) => rate),
		peakMemoryBytes: pids.map((pid) => processUsage(pid).peakMemoryBytes),
		figures: attack.figures(),
	};
};

/** Of the phases of this kind. */
export const mean = (
	phases: readonly Phase[],
	kind: Kind,
	of: (phase: Phase) => number,
): number => {
	const values = phases
		.filter((phase) => phase.kind === kind)
		.map((phase) => of(phase));
	return values.reduce((sum, value) => sum + value, 0) / values.length;
};

const words = {
	calm: 'in peace',
	beside: 'beside an attack on another port',
	attacked: 'under attack',
} as const satisfies Record<Kind, string>;

const toText = ({
	kind,
	rate,
	connectionRate,
	memoryBytes,
	cores,
}: Phase): string =>
	[
		`${words[kind]}: ${rate.toFixed(0)} tasks/s`,
		...(kind === 'calm' ? [] : [`${connectionRate.toFixed(0)} connects/s`]),
		`scheduler, worker and attackers ${cores.map((value) => value.toFixed(2)).join(', ')} cores`,
		`${memoryBytes.map((bytes) => (bytes / 2 ** 20).toFixed(0)).join(' and ')} MiB`,
	].join('; ');
