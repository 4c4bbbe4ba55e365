import process from 'node:process';
import {thisHost} from '../config/host.js';
import {loadViewerConfig} from '../config/load.js';
import {systemClock} from '../core/clock.js';
import {FarmError} from '../core/errors.js';
import type {CommandContext, ExitStatus} from './context.js';
import {showFarm} from './show-farm.js';

/** The viewer, until somebody leaves it. */
export const run = async (context: CommandContext): Promise<ExitStatus> => {
	const {flags} = context;
	if (!process.stdin.isTTY || !process.stdout.isTTY) {
		throw new FarmError(
			'INVALID',
			'The viewer needs a terminal. For programs and files there are `lifeblood task list`, `group list` and `worker list`, each with --json.',
		);
	}

	const {settings} = await loadViewerConfig({
		host: thisHost(),
		configDirectory: flags.text('config-dir'),
		flags: {
			scheduler: flags.text('scheduler'),
			insecure: flags.toggle('insecure'),
			'read-only': flags.toggle('read-only'),
		},
	});
	await showFarm({context, settings: settings.viewer, clock: systemClock});
	return 0;
};
