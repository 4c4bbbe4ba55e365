import fs from 'node:fs/promises';
import path from 'node:path';
import {chooseDatabase} from '../../config/database-choice.js';
import {absolute} from '../../config/folders.js';
import type {Host} from '../../config/host.js';
import type {Loaded} from '../../config/load.js';
import type {SchedulerSettings} from '../../config/scheduler-settings.js';
import {FarmError} from '../../core/errors.js';
import {schemaVersion} from '../../db/expect-own.js';
import {migrations} from '../../db/migrations/list.js';
import {openToRead} from '../../db/open.js';
import {
	notificationReads,
	type NotificationRuleRow,
} from '../../db/reads/notifications.js';
import {notificationTargets} from '../notification-targets.js';
import {runningSchedulers} from '../running-schedulers.js';
import {fail, ok, warn, type Finding} from './finding.js';

const what = 'notifications';

/** Whether those can be told who are to be, and how it went. Nothing is sent. */
export const lookAtNotifications = async (
	host: Host,
	loaded: Loaded<SchedulerSettings>,
): Promise<Finding[]> => {
	const rules = Object.entries(loaded.settings.scheduler.notifications);
	if (rules.length === 0) {
		return [ok(what, 'nobody is told of anything: there are no rules')];
	}

	try {
		await notificationTargets({loaded, host, log: {info: () => undefined}});
	} catch (error) {
		if (error instanceof FarmError) {
			return [
				fail(
					what,
					error.message,
					'the scheduler does not start on it: mend it',
				),
			];
		}

		throw error;
	}

	const history = await historyOf(host, loaded);
	const findings: Finding[] = [];
	for (const [name, {command}] of rules) {
		const fault =
			command === undefined
				? undefined
				: await commandFault(command, {host, loaded}); // eslint-disable-line no-await-in-loop -- in order
		findings.push(
			fault === undefined
				? how(name, history.get(name))
				: fail(`${what} ${name}`, fault, 'mend the rule or the program'),
		);
	}

	return findings;
};

const how = (name: string, row: NotificationRuleRow | undefined): Finding => {
	const check = `${what} ${name}`;
	if (row === undefined) {
		return ok(check, 'nothing was told yet');
	}

	const {
		waiting,
		dropped,
		delivered_at: deliveredAt,
		failed_at: failedAt,
	} = row;
	const counts = `${waiting} waiting${dropped === 0 ? '' : `, ${dropped} given up`}`;
	return failedAt !== null && failedAt > (deliveredAt ?? 0)
		? warn(
				check,
				`${counts}; ${new Date(failedAt).toISOString()}: ${row.failure}`,
				`"lifeblood notify test ${name}" tries it now`,
			)
		: ok(
				check,
				`${counts}; delivered last: ${deliveredAt === null ? 'never' : new Date(deliveredAt).toISOString()}`,
			);
};

/** From the database that is served, or else would be. */
const historyOf = async (
	host: Host,
	{settings, inForce, configuration}: Loaded<SchedulerSettings>,
): Promise<ReadonlyMap<string, NotificationRuleRow>> => {
	try {
		const {folder} = configuration;
		const running = await runningSchedulers(host);
		const served = running.find(({config_folder: its}) => its === folder);
		const choice = chooseDatabase({settings, inForce, folder, host});
		const file =
			served?.database ?? (choice.kind === 'url' ? undefined : choice.path);
		if (file === undefined) {
			return new Map();
		}

		const connection = openToRead(file);
		try {
			return schemaVersion(connection) === migrations.length
				? new Map(
						notificationReads(connection)
							.rules.all()
							.map((row) => [row.rule, row]),
					)
				: new Map();
		} finally {
			connection.close();
		}
	} catch {
		// What is wrong with the database is told by the look at it.
		return new Map();
	}
};

/** Why a command cannot be run; undefined where it can. */
const commandFault = async (
	[program = '']: readonly string[],
	{host, loaded}: {readonly host: Host; readonly loaded: Loaded<unknown>},
): Promise<string | undefined> => {
	const places = program.includes('/')
		? [absolute(host, program, loaded.configuration.folder)]
		: (host.environment['PATH'] ?? '')
				.split(path.delimiter)
				.map((folder) => path.join(folder, program));
	for (const place of places) {
		try {
			await fs.access(place, fs.constants.X_OK); // eslint-disable-line no-await-in-loop -- the first one counts
			return undefined;
		} catch {
			continue;
		}
	}

	return `${program} is not there, or cannot be executed`;
};
