import fs from 'node:fs';
import type {InvocationId} from '../core/ids.js';
import {marksPath} from '../core/log-path.js';
import type {InvocationEnd, Job, Record} from './record.js';

/** What is still there of an invocation that is over. */
export type Remains = {readonly job: Job; readonly record: Record};

/** A log that is only here, of an invocation whose result was told. */
export type PendingLog = {
	readonly invocation: InvocationId;
	readonly file: string;
};

/** What is kept of invocations that are over: each until the scheduler has its result, and its log. */
export type AllRemains = {
	readonly has: (invocation: InvocationId) => boolean;
	/** Keep it until its result is acknowledged. */
	readonly keepResult: (end: InvocationEnd, remains: Remains) => void;
	/** Its result was told: keep it until its log is sent. */
	readonly keepLog: (remains: Remains) => void;
	/** Ended ones whose result nobody has acknowledged. */
	readonly unreported: () => readonly InvocationEnd[];
	/** The scheduler has the result. */
	readonly acknowledge: (invocation: InvocationId, isWanted: boolean) => void;
	readonly pendingLogs: () => readonly PendingLog[];
	readonly logSent: (invocation: InvocationId) => void;
	readonly log: (invocation: InvocationId) => string | undefined;
	/** Nobody waits for its result. */
	readonly forget: (invocation: InvocationId) => void;
	/** Nobody waits for any of them. */
	readonly forgetAll: () => void;
};

export const createRemains = (): AllRemains => {
	const results = new Map<
		InvocationId,
		{readonly end: InvocationEnd; readonly remains: Remains}
	>();
	const logs = new Map<InvocationId, Remains>();

	return {
		has: (invocation) => results.has(invocation) || logs.has(invocation),
		keepResult(end, remains) {
			results.set(remains.job.invocation, {end, remains});
		},
		keepLog(remains) {
			logs.set(remains.job.invocation, remains);
		},
		unreported: () => Array.from(results.values(), ({end}) => end),
		acknowledge(invocation, isWanted) {
			const found = results.get(invocation);
			if (found === undefined) {
				return;
			}

			const {remains} = found;
			results.delete(invocation);
			if (isWanted && remains.job.is_local) {
				remains.record.write('reported');
				logs.set(invocation, remains);
			} else {
				removeRemains(remains);
			}
		},
		pendingLogs: () =>
			[...logs].map(([invocation, {job}]) => ({invocation, file: job.log})),
		logSent(invocation) {
			const remains = logs.get(invocation);
			if (remains === undefined) {
				return;
			}

			logs.delete(invocation);
			removeRemains(remains);
		},
		log: (invocation) =>
			results.get(invocation)?.remains.job.log ?? logs.get(invocation)?.job.log,
		forget(invocation) {
			const found = results.get(invocation);
			if (found === undefined) {
				return;
			}

			results.delete(invocation);
			removeRemains(found.remains);
		},
		forgetAll() {
			for (const {remains} of results.values()) {
				removeRemains(remains);
			}

			results.clear();
			for (const remains of logs.values()) {
				removeRemains(remains);
			}

			logs.clear();
		},
	};
};

/** A log that is only here goes with the record. */
export const removeRemains = ({job, record}: Remains): void => {
	if (job.is_local) {
		fs.rmSync(job.log, {force: true});
		fs.rmSync(marksPath(job.log), {force: true});
	}

	record.remove();
};
