import {FarmError} from '../core/errors.js';

/** Lets what is done with a scheduler take only so long: the signal that it is given is then aborted with `UNREACHABLE`, or with the reason of the other signal. */
export const beforeDeadline = async <Result>(
	{
		place,
		timeoutMs,
		signal,
	}: {
		/** `host:port` */
		readonly place: string;
		readonly timeoutMs: number;
		readonly signal: AbortSignal | undefined;
	},
	act: (until: AbortSignal) => Promise<Result>,
): Promise<Result> => {
	const deadline = new AbortController();
	const timer = setTimeout(() => {
		deadline.abort(
			new FarmError(
				'UNREACHABLE',
				`${place} did not answer within ${timeoutMs / 1000} s: check the address, that the scheduler runs there, and that no firewall is in the way.`,
			),
		);
	}, timeoutMs);
	try {
		return await act(
			signal === undefined
				? deadline.signal
				: AbortSignal.any([signal, deadline.signal]),
		);
	} finally {
		clearTimeout(timer);
	}
};
