import {Buffer} from 'node:buffer';
import fs from 'node:fs';
import type {LogMarker} from './log-marker.js';
import type {OutputPositions} from './output-positions.js';
import type {Progress} from './progress-pattern.js';
import type {ProgressReader} from './progress.js';
import type {Pulse} from './pulse.js';
import {statLog} from './stat-log.js';
import {trimLog, type LogTrimmer} from './trim-log.js';

export type LogFollower = {
	/** Read what is left, and stop; `positions`: where its wrapper found the outputs at its end. Gives the log's size. */
	readonly finish: (positions: OutputPositions | undefined) => number;
	readonly stop: () => void;
	readonly size: () => number;
	/** When it last grew, by the wall clock; undefined: it is empty; unknown: it cannot be looked at. */
	readonly lastOutputAt: () => number | 'unknown' | undefined;
};

type FollowOptions = {
	readonly file: string;
	readonly reader: ProgressReader;
	readonly marker: LogMarker;
	readonly pulse: Pulse;
	/** More than this is not kept. */
	readonly limit: number;
	/** Cuts it in the end. */
	readonly trimmer: LogTrimmer;
	/** Called whenever it has grown, with what progress that tells of. */
	readonly onGrowth: (progress: Progress) => void;
};

/** What is read at one look. A log that grows faster is looked at only at its end, so that reading costs the same whatever is written. */
const mostAtOnce = 1024 * 1024;
const tailWhenBehind = 128 * 1024;
/** After so many beats without growth, the operating system is asked to say when there is more. */
const quietBeats = 8;

/** A process is held up while its log is cut. One that writes much is left alone until the log is so many times too long. */
const mostTimes = 16;
/** Much is more than this part of what is kept, from one beat to the next. */
const calm = 1 / 8;

const piece = Buffer.alloc(mostAtOnce);

/** Follow a log that a process writes by itself: while it grows, by looking at every beat; while it does not, by waiting for word from the operating system. */
export const followLog = ({
	file,
	reader,
	marker,
	pulse,
	limit,
	trimmer,
	onGrowth,
}: FollowOptions): LogFollower => {
	let offset = 0;
	let quiet = 0;
	/** By which output the last bytes came may show at the next look. */
	let isUnclear = false;
	let watcher: fs.FSWatcher | undefined;

	const look = (): void => {
		const size = statLog(file)?.size ?? offset;
		isUnclear = marker.look(size);
		if (size === offset) {
			return;
		}

		const behind = size - offset;
		if (behind < 0 || behind > mostAtOnce) {
			reader.skip();
			offset = behind < 0 ? size : size - tailWhenBehind;
		}

		onGrowth(read());
	};

	const cutIfDue = (grown: number): void => {
		if (!(
			offset > limit &&
			(grown < limit * calm || offset > limit * mostTimes)
		)) {
			return;
		}

		const {size, cut} = trimLog(file, limit);
		offset = size;
		marker.cut(cut);
	};

	const read = (): Progress => {
		const descriptor = fs.openSync(file, 'r');
		try {
			const length = fs.readSync(descriptor, piece, 0, piece.length, offset);
			offset += length;
			return reader.push(piece.subarray(0, length));
		} finally {
			fs.closeSync(descriptor);
		}
	};

	const beat = (): void => {
		const before = offset;
		tryTo(look);
		quiet = offset === before && !isUnclear ? quiet + 1 : 0;
		tryTo(() => {
			cutIfDue(offset - before);
		});
		if (quiet >= quietBeats) {
			sleep();
		}
	};

	const sleep = (): void => {
		quiet = 0;
		try {
			// eslint-disable-next-line n/prefer-promises/fs -- it has to be told at once
			watcher = fs.watch(file, wake);
			watcher.on('error', wake);
		} catch {
			// As when the system has no more watches to give: looking at every beat does as well.
			return;
		}

		pulse.remove(beat);
		// What was written before the watch began would not be told.
		const before = offset;
		tryTo(look);
		if (offset !== before) {
			wake();
		}
	};

	const wake = (): void => {
		if (watcher === undefined) {
			return;
		}

		watcher.close();
		watcher = undefined;
		pulse.add(beat);
	};

	const stop = (): void => {
		watcher?.close();
		watcher = undefined;
		pulse.remove(beat);
	};

	pulse.add(beat);
	return {
		finish(positions) {
			stop();
			const size = statLog(file)?.size ?? offset;
			marker.finish(size, positions);
			tryTo(look);
			onGrowth(reader.end());
			return size > limit ? trimmer.trim({file, size, limit}) : size;
		},
		stop,
		size: () => offset,
		lastOutputAt() {
			const found = statLog(file);
			return found === undefined
				? 'unknown'
				: found.size === 0
					? undefined
					: found.writtenAt;
		},
	};
};

// A log that cannot be read for a moment, as on a lost network drive, must not end the worker; its progress is late then.
const tryTo = (action: () => unknown): void => {
	try {
		action();
	} catch {}
};
