import type {Capabilities} from '../core/capabilities.js';
import type {EnvironmentRequest} from '../core/invocation.js';
import type {Packages} from '../core/packages.js';
import type {Resources, WorkerType} from '../core/requirements.js';

const changeable = [
	'groups',
	'capabilities',
	'resources',
	'packages',
	'resolver',
	'path_mapping',
	'path_attributes',
	'memory_limit',
	'control_groups',
	'log_limit_bytes',
	'grace_s',
	'kill_grace_s',
] as const;

/** What may change while a worker runs: what it offers, and how it runs what is given to it from then on. */
export type ChangeableSettings = Pick<
	WorkerSettings,
	(typeof changeable)[number]
>;

/** Nothing but what may change. */
export const changeableOf = (
	settings: ChangeableSettings,
): Partial<ChangeableSettings> =>
	Object.fromEntries(changeable.map((name) => [name, settings[name]]));

/** Whether an invocation is held to the memory that is reserved for it. `auto`: by the kernel, where that can; else going over is only told. `always`: also by the worker, which measures. `never`: not at all. */
export type MemoryLimit = 'auto' | 'always' | 'never';

/** Whether an invocation gets a control group of its own, where the system lets us. `auto`: where it is started in it, or its memory limit is held by it. */
export type CgroupUse = 'auto' | 'always' | 'never';

/** What a worker is and offers. Everything is decided: no defaults are filled in after this. */
export type WorkerSettings = {
	readonly name: string;
	readonly machine_id: string;
	readonly host: string;
	readonly type: WorkerType;
	readonly groups: readonly string[];
	readonly capabilities: Capabilities;
	readonly resources: Resources;
	readonly version: string;
	/** Ends after one invocation. */
	readonly once: boolean;
	/** Where workers of this machine keep what a restarted one must find again; each has a folder of its name there. */
	readonly state_folder: string;
	/** Where each invocation gets a fresh working folder. */
	readonly scratch_folder: string;
	/** The worker's own environment, which resolvers start from. */
	readonly environment: Readonly<Record<string, string>>;
	/** Software that the resolver `standard` chooses from. Which of it there is is told with the capabilities. */
	readonly packages: Packages;
	/** Where a task names no resolver. */
	readonly resolver: EnvironmentRequest;
	/** Bytes kept of one invocation's log. */
	readonly log_limit_bytes: number;
	/** Seconds without a scheduler after which the worker ends its processes; null: as the scheduler says. */
	readonly grace_s: number | null; // eslint-disable-line @typescript-eslint/no-restricted-types -- decided, and decided to follow the scheduler
	/** Seconds between TERM and KILL; null: as the scheduler says. */
	readonly kill_grace_s: number | null; // eslint-disable-line @typescript-eslint/no-restricted-types -- as above
	readonly memory_limit: MemoryLimit;
	readonly control_groups: CgroupUse;
	/** Folders of what processes find without doing anything for it: programs in front of `PATH`, Python modules in front of `PYTHONPATH`. */
	readonly runtime: {
		readonly bin: string | undefined;
		readonly python: string | undefined;
	};
	/** Beginnings of paths in tasks, and what they are here. */
	readonly path_mapping: Readonly<Record<string, string>>;
	/** Glob patterns for the names of attributes that are mapped too. */
	readonly path_attributes: readonly string[];
};
