import type {SchedulerSettings} from '../config/scheduler-settings.js';

/** Where the logs of a database's invocations are. */
export const logFolderOf = (
	{scheduler}: SchedulerSettings,
	database: string,
): string =>
	scheduler.database.log_folder === ''
		? `${database.replace(/\.db$/v, '')}.logs`
		: scheduler.database.log_folder;
