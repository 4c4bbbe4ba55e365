import {thisHost} from '../config/host.js';
import {loadWorkerConfig} from '../config/load.js';
import {usableStateFolders} from '../config/usable-state.js';
import {systemClock} from '../core/clock.js';
import {sweepLeft} from '../worker/sweep-left.js';
import type {CommandContext, ExitStatus} from './context.js';
import {counted} from './human.js';

/** Seconds, where no scheduler is there to say. */
const usualKillGrace = 5;

/** Ends what a worker of this machine left that does not run. A worker that was killed has this called when its grace time is over. */
export const run = async ({
	flags,
	output,
}: CommandContext): Promise<ExitStatus> => {
	const host = thisHost();
	const {
		settings: {worker, grace},
	} = await loadWorkerConfig({
		host,
		configDirectory: flags.text('config-dir'),
		flags: {name: flags.text('name')},
	});
	const {folders} = await usableStateFolders(host);
	const name = worker.name === '' ? host.name : worker.name;
	const ended = await sweepLeft({
		root: folders.worker,
		name,
		grace: grace.kill_s === 'scheduler' ? usualKillGrace : grace.kill_s,
		clock: systemClock,
	});
	output.message(
		ended === 0
			? `lifeblood: nothing of the worker "${name}" runs here`
			: `lifeblood: ended ${counted(ended, 'invocation')} of the worker "${name}"`,
	);
	return 0;
};
