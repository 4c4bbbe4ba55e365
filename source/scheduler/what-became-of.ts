import type {InvocationId} from '../core/ids.js';
import type {InvocationRow} from '../db/queries/invocations.js';

/** What became of an invocation that does not run (any more), in a sentence for people. */
export const whatBecameOf = (
	id: InvocationId,
	row: InvocationRow | undefined,
): string => {
	if (row === undefined) {
		return `There is no invocation ${id}, and there never was.`;
	}

	switch (row.state) {
		case 'invoking':
		case 'running': {
			return `Invocation ${id} was given up.`;
		}

		case 'finished': {
			return `Invocation ${id} has finished: ${howItEnded(row)}`;
		}

		case 'cancelled': {
			return `Invocation ${id} was cancelled.`;
		}

		case 'lost': {
			return `Invocation ${id} was lost: ${row.message ?? 'nobody knows why.'}`;
		}
	}
};

const howItEnded = ({
	exit_code: code,
	signal,
	message,
}: InvocationRow): string =>
	code === null
		? signal === null
			? (message ?? 'nobody knows how.')
			: `it was ended by ${signal}.`
		: `exit code ${code}.`;
