import fs from 'node:fs';

/** Bytes of a log, 0 for one that is not there, and when it was last written. Undefined: it cannot be looked at now, as on a network drive that is away, which must end nothing. */
export const statLog = (
	log: string,
):
	| {readonly size: number; readonly writtenAt: number | undefined}
	| undefined => {
	try {
		const stat = fs.statSync(log, {throwIfNoEntry: false});
		return {size: stat?.size ?? 0, writtenAt: stat?.mtimeMs};
	} catch {
		return undefined;
	}
};
