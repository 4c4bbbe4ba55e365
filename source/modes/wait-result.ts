import type {ExitStatus} from './context.js';
import {counted} from './human.js';
import type {Output} from './output.js';

export type WaitResult = {
	readonly at_rest: boolean;
	readonly errors: number;
	readonly live: number;
};

/** How a wait ended, and what of it is for people. */
export const waitStatus = (
	{at_rest: isAtRest, errors, live}: WaitResult,
	output: Output,
): ExitStatus => {
	if (!isAtRest) {
		output.message(
			`lifeblood: the time is over, and ${counted(live, 'task')} ${live === 1 ? 'is' : 'are'} not at rest`,
		);
		return 1;
	}

	if (errors > 0) {
		output.message(
			`lifeblood: ${counted(errors, 'task')} in error; \`lifeblood task list --state error\` shows them`,
		);
		return 1;
	}

	return 0;
};

/** Seconds that are left of a timeout, whenever it is asked; nothing where there is none. */
export const remaining = (
	timeoutS: number | undefined,
	monotonic: () => number,
): (() => {timeout_s?: number}) => {
	if (timeoutS === undefined) {
		return () => ({});
	}

	const deadline = monotonic() + timeoutS * 1000;
	// What is over is asked for once more, since only the answer tells how it stands.
	return () => ({
		timeout_s: Math.max(0.001, (deadline - monotonic()) / 1000),
	});
};
