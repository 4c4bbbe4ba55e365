import type {Json, JsonObject} from './json.js';
import type {Requirements} from './requirements.js';

export const invocationStates = [
	'invoking',
	'running',
	'finished',
	'cancelled',
	'lost',
] as const;

export type InvocationState = (typeof invocationStates)[number];

/** The resolver that makes a process's environment, and what it is told. */
export type EnvironmentRequest = {
	/** Empty: the worker's default resolver. */
	readonly resolver: string;
	readonly arguments: JsonObject;
};

/** What a worker needs to know to run a process once. Nothing of it ever passes through a shell. */
export type ProcessSpec = {
	/** The program and its arguments; `:/name` as a whole argument becomes the path of that extra file. */
	readonly arguments: readonly string[];
	/** Added to what the resolver made. */
	readonly environment: Readonly<Record<string, string>>;
	/** Extra files to carry along, by name; text. */
	readonly files: Readonly<Record<string, string>>;
	/** Empty: a fresh scratch folder. */
	readonly cwd: string;
	readonly good_exit_codes: readonly number[];
	readonly retry_exit_codes: readonly number[];
	/** A regular expression for lines of output; empty: `ALF_PROGRESS 37%`. */
	readonly progress_regex: string;
	/** 0: none. */
	readonly time_limit_s: number;
	/** 0: none. */
	readonly silence_limit_s: number;
	/** False: the memory that is reserved for it is only that. Else it is also the most that it may use. */
	readonly memory_is_limit?: boolean | undefined;
};

/** What `process` asks for when it wants a process run: the process, and where it may run. */
export type InvocationRequest = {
	readonly process: ProcessSpec;
	readonly requirements: Requirements;
	/** 0: the farm's default. */
	readonly attempts: number;
	readonly priority_adjustment: number;
};

/** How a process ended, as the worker saw it. */
export type InvocationOutcome =
	| {readonly kind: 'exited'; readonly exit_code: number}
	| {readonly kind: 'signalled'; readonly signal: string}
	/** The program could not be started at all: missing, not executable, no scratch space, an environment that cannot be made. */
	| {readonly kind: 'not_started'; readonly message: string}
	/** The worker could start nothing at all just then, as on a full disk: no attempt of the task. */
	| {readonly kind: 'unable'; readonly message: string}
	| {
			readonly kind: 'limit';
			readonly limit: 'time' | 'silence' | 'memory';
			readonly message: string;
	  }
	/** Ended because the scheduler, or the worker's own end of grace, said so. */
	| {readonly kind: 'cancelled'}
	/** The worker found no trace of how it ended, as after a power cut. */
	| {readonly kind: 'vanished'; readonly message: string}
	/** The job itself said that it failed (`openjd_fail`). */
	| {readonly kind: 'failed'; readonly message: string};

export type InvocationMeasures = {
	readonly started_at: number;
	readonly finished_at: number;
	/** Largest resident memory of the process tree that was seen; null where nothing could be measured. */
	readonly peak_memory_bytes: number | null; // eslint-disable-line @typescript-eslint/no-restricted-types -- as on the wire
	readonly cpu_s: number | null; // eslint-disable-line @typescript-eslint/no-restricted-types -- as on the wire
	readonly log_bytes: number;
	/** What it said of its progress last, where it said anything. */
	readonly percent?: number | undefined;
	readonly status?: string | undefined;
};

export type Attributes = Readonly<Record<string, Json>>;
