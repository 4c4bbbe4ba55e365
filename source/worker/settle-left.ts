import {marksPath} from '../core/log-path.js';
import type {Cgroup} from './cgroup.js';
import {type Tools, removePlaces} from './invocation.js';
import {createLogMarker} from './log-marker.js';
import {endForMemory, peakOf} from './memory-limit.js';
import {endTree} from './process-tree.js';
import type {Ended, Record, Recorded} from './record.js';
import type {WorkerSettings} from './settings.js';
import {statLog} from './stat-log.js';

/** What there is still to do about one that ended while no worker looked. */
export type Settled =
	/** Nothing: nobody waits for it. */
	| {readonly kind: 'forgotten'}
	/** Its result was told; its log is to be sent. */
	| {readonly kind: 'reported'}
	/** Its result is to be told. */
	| {readonly kind: 'ended'; readonly ended: Ended};

/** Settle an invocation that ended while no worker looked. Whatever of it still runs is ended first. */
export const settleLeft = async (
	{
		record,
		recorded,
		cgroup,
	}: {
		readonly record: Record;
		readonly recorded: Recorded;
		readonly cgroup: Cgroup | undefined;
	},
	{
		settings,
		tools,
	}: {
		readonly settings: Pick<WorkerSettings, 'host' | 'memory_limit'>;
		readonly tools: Tools;
	},
): Promise<Settled> => {
	const {clock, table} = tools;
	const {job, notes} = recorded;
	await endTree({
		tree: {invocation: job.invocation, group: undefined, cgroup},
		table,
		clock,
		grace: tools.killGrace,
	});
	const used = {
		limit: job.memory_limit_bytes,
		peak: 0,
		notes: cgroup?.memory(),
		mode: settings.memory_limit,
	};
	if (cgroup !== undefined) {
		tools.cgroups.release(cgroup);
	}

	const logBytes = statLog(job.log)?.size ?? 0;
	if (recorded.ended === undefined) {
		createLogMarker({
			file: marksPath(job.log),
			read: undefined,
			clock: {...clock, now: () => recorded.changedAt},
		}).finish(logBytes, notes.end?.positions);
	}

	removePlaces(job, tools);
	if (recorded.isForgotten) {
		return {kind: 'forgotten'};
	}

	if (recorded.isReported) {
		record.settle();
		return {kind: 'reported'};
	}

	const outcome =
		recorded.reason ??
		endForMemory(used, notes.end?.outcome) ??
		notes.end?.outcome ??
		({
			kind: 'vanished',
			message: `Nothing was noted of how the process ended: it was gone, with its wrapper, when the worker on ${settings.host} came back.`,
		} as const);
	const ended = recorded.ended ?? {
		outcome,
		measures: {
			started_at: Math.round(job.started_at),
			finished_at: Math.round(recorded.changedAt),
			peak_memory_bytes: peakOf(used, outcome) ?? null,
			cpu_s: notes.end?.cpu_s ?? null,
			log_bytes: logBytes,
		},
	};
	if (recorded.ended === undefined) {
		record.write('ended', ended);
	}

	record.settle();
	return {kind: 'ended', ended};
};
