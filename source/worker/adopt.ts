import fs from 'node:fs';
import type {InvocationId} from '../core/ids.js';
import {marksPath} from '../core/log-path.js';
import type {ProcessEntry, ProcessTable} from './process-table.js';
import type {Record, Recorded, Records} from './record.js';
import type {StateFolder} from './state-folder.js';

/** What a worker of this name left behind, by what there is to do about it. */
export type Left = {
	/** Still runs: carry on. */
	readonly running: ReadonlyArray<{
		readonly record: Record;
		readonly recorded: Recorded;
		readonly pid: number;
	}>;
	/** Over, though something of it may still run: settle it. */
	readonly over: ReadonlyArray<{
		readonly record: Record;
		readonly recorded: Recorded;
	}>;
	/** Of processes that run without a record: nobody knows what for. */
	readonly strays: readonly InvocationId[];
};

/** Look through the records, and at the processes that run, for what a worker before this one left. */
export const findLeft = async ({
	folder,
	records,
	table,
}: {
	readonly folder: StateFolder;
	readonly records: Records;
	readonly table: ProcessTable;
}): Promise<Left> => {
	const running: Array<{record: Record; recorded: Recorded; pid: number}> = [];
	const over: Array<{record: Record; recorded: Recorded}> = [];
	const known = new Set<InvocationId>();
	const files = fs.readdirSync(folder.records);
	const processes = await table.read();
	for (const file of files) {
		const record = records.open(`${folder.records}/${file}`);
		const recorded = record.read();
		if (recorded === undefined || String(recorded.job.invocation) !== file) {
			// It was written before anything was started, or by somebody else.
			record.remove();
			continue;
		}

		known.add(recorded.job.invocation);
		const wrapper = wrapperOf(recorded, processes);
		if (
			wrapper !== undefined &&
			recorded.ended === undefined &&
			recorded.notes.end === undefined
		) {
			running.push({record, recorded, pid: wrapper.pid});
		} else {
			over.push({record, recorded});
		}
	}

	const strays = new Set<InvocationId>();
	for (const {owner} of processes.values()) {
		if (owner !== undefined && !known.has(owner)) {
			strays.add(owner);
		}
	}

	return {running, over, strays: [...strays]};
};

/** Files of a life before that were put by for use again, or whose record did not come about. */
export const removeUnclaimed = (
	folder: StateFolder,
	{running, over}: Left,
): void => {
	const claimed = new Set([
		...running.map(({recorded: {job}}) => folder.attributesOf(job.invocation)),
		...[...running, ...over].flatMap(({recorded: {job}}) => [
			job.log,
			marksPath(job.log),
		]),
	]);
	for (const place of [folder.attributes, folder.logs]) {
		for (const entry of fs.readdirSync(place, {
			recursive: true,
			withFileTypes: true,
		})) {
			const file = `${entry.parentPath}/${entry.name}`;
			if (entry.isFile() && !claimed.has(file)) {
				fs.rmSync(file, {force: true});
			}
		}
	}
};

// The marker in its environment says that it is the one and not another with its pid. Before it noted its pid, it is the leader of the session.
const wrapperOf = (
	{job, notes}: Recorded,
	processes: ReadonlyMap<number, ProcessEntry>,
): ProcessEntry | undefined => {
	if (notes.pid !== undefined) {
		const entry = processes.get(notes.pid);
		return entry !== undefined &&
			(entry.owner === job.invocation || startedAbout(entry, job.started_at))
			? entry
			: undefined;
	}

	return processes
		.values()
		.find(
			(entry) => entry.owner === job.invocation && entry.session === entry.pid,
		);
};

// Where environments cannot be seen, `ps` gives the time of the start in words, to the second.
const startedAbout = (entry: ProcessEntry, at: number): boolean =>
	Math.abs(Date.parse(entry.started) - at) < 3000;

/** Resolves when a process that is not our child is gone; never after the signal. */
export const whenGone = async (
	pid: number,
	table: ProcessTable,
	signal: AbortSignal,
): Promise<void> => {
	const processes = await table.read();
	const entry = processes.get(pid);
	if (entry === undefined) {
		return;
	}

	const gone = Promise.withResolvers<void>();
	// The system tells nobody but the parent of a process's end, so it is looked at.
	const timer = setInterval(() => {
		if (table.isAlive(entry)) {
			return;
		}

		clearInterval(timer);
		gone.resolve();
	}, 250);
	signal.addEventListener('abort', () => {
		clearInterval(timer);
	});
	await gone.promise;
};
