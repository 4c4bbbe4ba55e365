import {systemClock} from '../core/clock.js';
import {FarmError} from '../core/errors.js';
import type {CommandContext, ExitStatus} from './context.js';
import {showFarm} from './show-farm.js';
import {isOnTerminal, viewerSettings} from './viewer-settings.js';

/** The viewer, until somebody leaves it. */
export const run = async (context: CommandContext): Promise<ExitStatus> => {
	if (!isOnTerminal()) {
		throw new FarmError(
			'INVALID',
			'The viewer needs a terminal. For programs and files there are `lifeblood task list`, `group list` and `worker list`, each with --json.',
		);
	}

	const settings = await viewerSettings(context.flags, [
		'scheduler',
		'insecure',
		'read-only',
	]);
	await showFarm({context, settings, clock: systemClock});
	return 0;
};
