import {pulseStepMs} from './pulse-log.js';
import type {Source, SourceContext, WatchParams} from './source.js';

/** How the last hour went, a row for each step of time in which something happened, oldest first; the window's offset counts back from now. `counts.step_ms` is how long a step is. */
export const pulseWindow = (
	{pulse}: SourceContext,
	{window: {offset, limit}}: WatchParams,
): Source => ({
	read() {
		const all = pulse.list();
		const end = Math.max(0, all.length - offset);
		return {
			rows: all.slice(Math.max(0, end - limit), end),
			counts: {total: all.length, step_ms: pulseStepMs},
		};
	},
	isTouchedBy: ({tasks, workers}) => tasks.size > 0 || workers.size > 0,
	isTouchedByProgress: () => false,
});
