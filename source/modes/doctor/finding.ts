/** What a look at one thing of this machine found. */
export type Finding = {
	/** What was looked at: `node`, `key`, `port 1384`. */
	readonly check: string;
	readonly status: 'ok' | 'warn' | 'fail';
	/** One line. */
	readonly message: string;
	/** What to do; where there is something to do. */
	readonly advice?: string;
};

export const ok = (check: string, message: string): Finding => ({
	check,
	status: 'ok',
	message,
});

export const warn = (
	check: string,
	message: string,
	advice: string,
): Finding => ({check, status: 'warn', message, advice});

export const fail = (
	check: string,
	message: string,
	advice: string,
): Finding => ({check, status: 'fail', message, advice});
