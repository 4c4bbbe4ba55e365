import {FarmError} from '../core/errors.js';
import type {SchedulerPeer} from '../net/scheduler-methods.js';
import type {Invocations} from './invocations.js';
import type {PendingLog} from './remains.js';
import {readLog} from './read-log.js';
import {readAllMarks} from './read-marks.js';
import type {LogTrimmer} from './trim-log.js';

/** Bytes a piece: small enough that what else is to be said need not wait long. */
const pieceBytes = 512 * 1024;

/** Send the logs of ended invocations to a scheduler that shares no folder with us, one after the other. A piece that is there already does no harm, so it begins anew after a lost connection. */
export const uploadLogs = async (
	peer: SchedulerPeer,
	{
		invocations,
		trimmer,
	}: {readonly invocations: Invocations; readonly trimmer: LogTrimmer},
): Promise<void> => {
	for (
		let next = invocations.pendingLogs()[0];
		next !== undefined;
		next = invocations.pendingLogs()[0]
	) {
		const {invocation, file} = next;
		await trimmer.finish(); // eslint-disable-line no-await-in-loop -- it may be one that is cut just now
		try {
			await sendMarks(peer, next); // eslint-disable-line no-await-in-loop -- the log comes after it
			let offset = 0;
			for (let isLast = false; !isLast;) {
				const {data, size} = readLog(file, {offset, limit: pieceBytes});
				isLast = data.length === 0 || offset + data.length >= size;
				// eslint-disable-next-line no-await-in-loop -- piece after piece
				await peer.request('log.append', {
					invocation,
					offset,
					data: data.toString('base64'),
					last: isLast,
				});
				offset += data.length;
			}
		} catch (error) {
			// An invocation that the scheduler does not know any more has nobody who would read its log.
			if (!(
				error instanceof FarmError &&
				(error.code === 'NOT_FOUND' || error.code === 'INVALID')
			)) {
				throw error;
			}
		}

		invocations.logSent(invocation);
	}
};

const sendMarks = async (
	peer: SchedulerPeer,
	{invocation, file}: PendingLog,
): Promise<void> => {
	const marks = readAllMarks(file);
	if (marks === undefined) {
		return;
	}

	try {
		await peer.request('log.mark', {invocation, ...marks});
	} catch (error) {
		// A scheduler from before there were marks has its log without.
		if (!(error instanceof FarmError && error.code === 'VERSION')) {
			throw error;
		}
	}
};
