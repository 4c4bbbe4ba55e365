import {readdir, rm, rmdir, stat} from 'node:fs/promises';
import path from 'node:path';
import type {InvocationId} from '../../core/ids.js';

export type LogLimits = {
	/** Logs that were last written before this go, in milliseconds since 1970; `-Infinity`: none. */
	readonly before: number;
	/** More than this they do not take together: the oldest go. */
	readonly mostBytes: number;
	/** What is still written to stays. */
	readonly isLive: (invocation: number) => boolean;
	/** Asked between two files. */
	readonly isStopped: () => boolean;
	/** Only say what would go. */
	readonly isDry?: boolean;
};

export type RemovedLogs = {readonly logs: number; readonly bytes: number};

/** What lies in a folder of logs, and how much of it. The files themselves are looked at, since they alone are what fills a disk. */
export type LogLedger = {
	/** The log of this invocation may have grown, come or gone. */
	readonly note: (invocation: number) => void;
	/** Remove what is too old or too much, the oldest first. The first time it looks at every file there is, and then only where something was noted. */
	readonly trim: (limits: LogLimits) => Promise<RemovedLogs>;
	/** Bytes of all logs as they were looked at last; undefined before the first time. */
	readonly bytes: () => number | undefined;
};

/** A log with what is noted beside it. */
type StoredLog = {
	readonly invocation: number;
	/** What is noted comes first: none of it stays without its log. */
	readonly files: readonly string[];
	readonly bytes: number;
	readonly writtenAt: number;
};

/** The sum of a subfolder of the log folder, as `logPath` divides it. */
type Drawer = {readonly bytes: number; readonly oldest: number};

export const createLogLedger = (folder: string): LogLedger => {
	const drawers = new Map<number, Drawer>();
	const noted = new Set<number>();
	let isSurveyed = false;

	const enter = (drawer: number, stored: readonly StoredLog[]): void => {
		if (stored.length === 0) {
			drawers.delete(drawer);
		} else {
			drawers.set(drawer, {
				bytes: sum(stored),
				oldest: Math.min(...stored.map(({writtenAt}) => writtenAt)),
			});
		}
	};

	const total = (): number => sum(drawers.values());

	const survey = async (isStopped: () => boolean): Promise<void> => {
		const present = isSurveyed ? [] : await namesIn(folder);
		const toLookAt = isSurveyed
			? noted.values().toArray()
			: present.map(Number).filter((number) => Number.isSafeInteger(number));
		noted.clear();
		for (const drawer of toLookAt) {
			if (isStopped()) {
				noted.add(drawer);
			} else {
				enter(drawer, await logsIn(folder, drawer)); // eslint-disable-line no-await-in-loop -- one after the other, so that a million do not crowd out everything else
			}
		}

		isSurveyed ||= !isStopped();
	};

	return {
		note(invocation) {
			noted.add(drawerOf(invocation));
		},
		bytes: () => (isSurveyed ? total() : undefined),
		async trim({before, mostBytes, isLive, isStopped, isDry = false}) {
			await survey(isStopped);
			let logs = 0;
			let bytes = 0;
			let excess = total() - mostBytes;
			for (const [drawer, {oldest}] of [...drawers].toSorted(
				([a], [b]) => a - b,
			)) {
				if (isStopped() || (excess <= 0 && oldest >= before)) {
					continue;
				}

				const stay: StoredLog[] = [];
				/* eslint-disable no-await-in-loop -- as above */
				for (const log of await logsIn(folder, drawer)) {
					const goes =
						(excess > 0 || log.writtenAt < before) &&
						!isLive(log.invocation) &&
						!isStopped();
					if (goes && (isDry || (await areRemoved(log.files)))) {
						logs += 1;
						bytes += log.bytes;
						excess -= log.bytes;
					} else {
						stay.push(log);
					}
				}

				enter(drawer, stay);
				if (!isDry && stay.length === 0) {
					await removeIfEmpty(path.join(folder, String(drawer)));
				}
				/* eslint-enable no-await-in-loop */
			}

			return {logs, bytes};
		},
	};
};

const sum = (parts: Iterable<{readonly bytes: number}>): number => {
	let total = 0;
	for (const {bytes} of parts) {
		total += bytes;
	}

	return total;
};

/** As in `logPath`. */
const drawerOf = (invocation: InvocationId | number): number =>
	Math.floor(invocation / 1000);

const namesIn = async (place: string): Promise<readonly string[]> => {
	try {
		return await readdir(place);
	} catch {
		// Nothing was ever written there, or it went meanwhile.
		return [];
	}
};

/** The logs of a subfolder, the oldest invocation first. */
const logsIn = async (folder: string, drawer: number): Promise<StoredLog[]> => {
	const place = path.join(folder, String(drawer));
	const logs = new Map<number, StoredLog>();
	const names = await namesIn(place);
	for (const name of names.toSorted(byLogLast)) {
		const invocation = Number(/^(?<id>\d+)\./v.exec(name)?.groups?.['id']);
		if (!Number.isSafeInteger(invocation)) {
			continue;
		}

		try {
			const file = path.join(place, name);
			const {size, mtimeMs} = await stat(file); // eslint-disable-line no-await-in-loop -- one after the other
			const known = logs.get(invocation);
			logs.set(invocation, {
				invocation,
				files: [...(known?.files ?? []), file],
				bytes: (known?.bytes ?? 0) + size,
				writtenAt: Math.max(known?.writtenAt ?? -Infinity, mtimeMs),
			});
		} catch {
			// It went meanwhile.
		}
	}

	return logs
		.values()
		.toArray()
		.toSorted((a, b) => a.invocation - b.invocation);
};

const byLogLast = (one: string, other: string): number =>
	Number(one.endsWith('.log')) - Number(other.endsWith('.log'));

const areRemoved = async (files: readonly string[]): Promise<boolean> => {
	try {
		for (const file of files) {
			await rm(file); // eslint-disable-line no-await-in-loop -- the log last
		}

		return true;
	} catch {
		// Nobody is helped by a complaint each minute; it counts as what fills the disk.
		return false;
	}
};

const removeIfEmpty = async (place: string): Promise<void> => {
	try {
		await rmdir(place);
	} catch {
		// Something is in it still, or again.
	}
};
