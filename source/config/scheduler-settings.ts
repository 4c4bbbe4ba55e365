import {z} from 'zod';
import {notificationSettings} from './notification-settings.js';
import {
	choice,
	days,
	flag,
	port,
	seconds,
	section,
	setting,
	size,
	table,
	text,
	whole,
} from './setting.js';

export const logLevels = ['error', 'warn', 'info', 'debug'] as const;
export type LogLevel = (typeof logLevels)[number];

/** The log of a daemon; the same for all of them. */
export const logSection = section(
	'The log of this component: standard error, and files.',
	{
		level: setting(choice(logLevels), {
			default: 'info',
			flag: 'log-level',
			description:
				'The least important messages that are still logged: error, warn, info or debug.',
		}),
		files: setting(flag, {
			default: true,
			description:
				'Whether to keep log files too, in the folder for state, beside standard error.',
		}),
		file_limit: setting(size, {
			default: '10M',
			description:
				'A log file that has grown to this size is put aside and a new one begun.',
		}),
		file_count: setting(whole(1), {
			default: 5,
			description: 'How many log files are kept, the current one included.',
		}),
	},
);

const anyValue = {
	schema: z.json(),
	must: 'text, a number, true or false, a list, or a table of these',
};

export const schedulerSchema = z.strictObject({
	core: section('The farm on the network.', {
		farm: setting(text, {
			default: '',
			flag: 'name',
			description:
				"The farm's name, for people; empty: the name of this machine.",
		}),
		broadcast: setting(flag, {
			default: true,
			flag: 'broadcast',
			description:
				'Whether to announce the farm on the local network, so that workers and viewers find it by themselves.',
		}),
		broadcast_interval: setting(seconds(0.1), {
			default: 10,
			description: 'Seconds between two announcements.',
		}),
		broadcast_port: setting(port, {
			default: 34_305,
			description: 'The UDP port that announcements go to.',
		}),
		server_ip: setting(text, {
			default: '',
			flag: 'server-ip',
			description:
				'The address where workers and submitters connect; empty: every interface of this machine.',
		}),
		server_port: setting(port, {
			default: 1384,
			flag: 'server-port',
			description:
				'The port where workers and submitters connect; 0: any free one.',
		}),
		ui_ip: setting(text, {
			default: '',
			flag: 'ui-ip',
			description:
				'The address where viewers connect; empty: every interface of this machine.',
		}),
		ui_port: setting(port, {
			default: 1385,
			flag: 'ui-port',
			description:
				'The port where viewers connect; may be the same as server_port; 0: any free one.',
		}),
		insecure: setting(flag, {
			default: false,
			flag: 'insecure',
			description:
				'Whether to do without the farm key: whoever can connect may do everything. Only for a closed network.',
		}),
		plugin_path: setting(
			{schema: z.array(z.string().min(1)), must: 'a list of folders'},
			{
				default: [],
				isPath: true,
				description:
					'Folders or files with node plugins, besides the folder plugins/ and LIFEBLOOD_PLUGIN_PATH.',
			},
		),
	}),
	scheduler: section('', {
		database: section('The database that is served.', {
			path: setting(text, {
				default: '',
				flag: 'db',
				description:
					'A file, a name from [scheduler.databases] or a postgres URL; empty: farm.db in the folder for data.',
			}),
			log_folder: setting(text, {
				default: '',
				isPath: true,
				description:
					'Where logs of invocations are kept; empty: a folder beside the database, FILE.logs without its .db.',
			}),
		}),
		databases: setting(
			table({
				schema: z.string().min(1),
				must: 'the path of a database file in quotes',
			}),
			{
				default: {},
				example: 'main = "~/farm.db"',
				description:
					'Known databases by name; "lifeblood db use NAME" chooses one.',
			},
		),
		globals: setting(table(anyValue), {
			default: {},
			example: 'global_scratch_location = "/srv/scratch"',
			description:
				'Values that the expressions of every node see as config["name"].',
		}),
		invocation: section(
			'How processes are run, unless a node says otherwise.',
			{
				attempts: setting(whole(1), {
					default: 3,
					description:
						"How many times a task's process is tried before the task is in error.",
				}),
				worker_grace_s: setting(seconds(0.1), {
					default: 60,
					description:
						'Seconds that a worker may be out of reach before its work is given to others.',
				}),
				kill_grace_s: setting(seconds(0), {
					default: 5,
					description:
						'Seconds between asking a process to end (TERM) and ending it (KILL).',
				}),
				avoid_s: setting(seconds(0), {
					default: 60,
					description:
						'Seconds that a task stays away from a machine where it failed to start or was lost.',
				}),
				log_limit: setting(size, {
					default: '64M',
					description:
						"The most that is kept of one invocation's log: its head and its tail.",
				}),
			},
		),
		retention: section(
			'How long is kept what is over. It is removed in small steps while the farm goes on.',
			{
				groups_days: setting(days, {
					default: 0,
					description:
						'Days that a group is kept, with its tasks, their histories and logs, after the last of them has finished; 0: for ever. A group with errors, or with anything unfinished, is always kept.',
				}),
				logs_days: setting(days, {
					default: 0,
					description:
						"Days that an invocation's log is kept after it was last written; 0: as long as its task.",
				}),
				logs_size: setting(size, {
					default: '0',
					description:
						'The most that logs of invocations take together, such as "200G"; the oldest go. 0: no limit.',
				}),
				journal_days: setting(days, {
					default: 0,
					description:
						'Days that entries of the journal are kept; 0: however old they are.',
				}),
				journal_entries: setting(whole(0), {
					default: 1_000_000,
					description:
						'How many entries of the journal are kept, the latest ones; 0: all.',
				}),
			},
		),
		metrics: section(
			'A port for programs that watch the farm: /metrics in the format of Prometheus, and /healthz. It has no key: whoever reaches it may look.',
			{
				enabled: setting(flag, {
					default: false,
					description: 'Whether there is such a port.',
				}),
				ip: setting(text, {
					default: '127.0.0.1',
					description:
						'The address where it is; empty: every interface of this machine.',
				}),
				port: setting(port, {
					default: 1386,
					description: 'The port; 0: any free one.',
				}),
			},
		),
		expressions: section(
			'What an expression or script in the scheduler may use.',
			{
				time_limit_ms: setting(whole(1), {
					default: 100,
					description: 'Milliseconds that one may take.',
				}),
				memory_limit_mb: setting(whole(1), {
					default: 32,
					description: 'Megabytes (MiB) that one may use.',
				}),
			},
		),
		...notificationSettings,
	}),
	log: logSection,
});

export type SchedulerSettings = z.output<typeof schedulerSchema>;
