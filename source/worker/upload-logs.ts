import {FarmError} from '../core/errors.js';
import type {InvocationId} from '../core/ids.js';
import type {SchedulerPeer} from '../net/scheduler-methods.js';
import type {Invocations} from './invocations.js';
import type {PendingLog} from './remains.js';
import {readLog} from './read-log.js';
import {readAllMarks} from './read-marks.js';
import type {LogTrimmer} from './trim-log.js';

/** Bytes a piece: small enough that what else is to be said need not wait long. */
const pieceBytes = 512 * 1024;

/**
Send the logs of ended invocations to a scheduler that shares no folder with us, one after the other. A piece that is there already does no harm, so it begins anew after a lost connection.

@throws where a log cannot be read now, when all the others are sent
*/
export const uploadLogs = async (
	peer: SchedulerPeer,
	{
		invocations,
		trimmer,
	}: {readonly invocations: Invocations; readonly trimmer: LogTrimmer},
): Promise<void> => {
	const unread = new Map<InvocationId, Error>();
	const findNext = (): PendingLog | undefined =>
		invocations.pendingLogs().find(({invocation}) => !unread.has(invocation));
	for (let next = findNext(); next !== undefined; next = findNext()) {
		const {invocation} = next;
		await trimmer.finish(); // eslint-disable-line no-await-in-loop -- it may be one that is cut just now
		try {
			await sendLog(peer, next); // eslint-disable-line no-await-in-loop -- one after the other
			invocations.logSent(invocation);
		} catch (error) {
			if (!(error instanceof Error) || error instanceof FarmError) {
				throw error;
			}

			unread.set(invocation, error);
		}
	}

	const [trouble] = unread.values();
	if (trouble !== undefined) {
		throw trouble;
	}
};

const sendLog = async (peer: SchedulerPeer, log: PendingLog): Promise<void> => {
	const {invocation, file} = log;
	try {
		await sendMarks(peer, log);
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
