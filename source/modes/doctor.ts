import {thisHost} from '../config/host.js';
import {
	loadSchedulerConfig,
	loadViewerConfig,
	loadWorkerConfig,
} from '../config/load.js';
import {FarmError} from '../core/errors.js';
import type {CommandContext, ExitStatus} from './context.js';
import type {Finding} from './doctor/finding.js';
import {lookAtConfiguration} from './doctor/look-at-configuration.js';
import {lookAtDatabase} from './doctor/look-at-database.js';
import {lookAtMachine} from './doctor/look-at-machine.js';
import {lookAtNetwork} from './doctor/look-at-network.js';
import {lookAtNotifications} from './doctor/look-at-notifications.js';

/** Looks at everything that lifeblood needs of this machine. Nothing is changed, but that folders of its own are made. */
export const run = async (context: CommandContext): Promise<ExitStatus> => {
	const {flags, output} = context;
	const host = thisHost();
	const configDirectory = flags.text('config-dir');
	const input = {
		host,
		configDirectory,
		flags: {scheduler: flags.text('scheduler')},
	};
	// A faulty one is told by the look at the files; what depends on it is then left out.
	const scheduler = await orFaulty(loadSchedulerConfig(input));
	const worker = await orFaulty(loadWorkerConfig(input));
	const viewer = await orFaulty(loadViewerConfig(input));
	const findings = [
		...(await lookAtMachine(worker?.settings.worker.scratch ?? '')),
		...(await lookAtConfiguration({
			host,
			configDirectory,
			keyFile: flags.text('key-file'),
		})),
		...(scheduler === undefined
			? []
			: [
					...(await lookAtDatabase(host, scheduler)),
					...(await lookAtNotifications(host, scheduler)),
				]),
		...(await lookAtNetwork({context, host, scheduler, viewer})),
	];
	if (flags.toggle('json') === true) {
		output.printJson(findings);
	} else {
		const width = Math.max(...findings.map(({check}) => check.length));
		for (const finding of findings) {
			output.print(line(finding, width, output));
		}
	}

	return findings.some(({status}) => status === 'fail') ? 1 : 0;
};

const line = (
	{check, status, message, advice}: Finding,
	width: number,
	{paint}: CommandContext['output'],
): string => {
	const first = `${paint(colours[status], status.padEnd(4))}  ${check.padEnd(width)}  ${message}`;
	return advice === undefined
		? first
		: `${first}\n${' '.repeat(width + 8)}${advice}`;
};

const colours = {ok: 'green', warn: 'yellow', fail: 'red'} as const;

const orFaulty = async <Loaded>(
	loading: Promise<Loaded>,
): Promise<Loaded | undefined> => {
	try {
		return await loading;
	} catch (error) {
		if (error instanceof FarmError) {
			return undefined;
		}

		throw error;
	}
};
