export const workerTypes = ['standard', 'helper'] as const;
export type WorkerType = (typeof workerTypes)[number];

/** An amount of what a machine has. Memory in bytes; cores and GPUs may be fractions. */
export type Resources = {
	readonly cpus: number;
	readonly memory_bytes: number;
	readonly gpus: number;
	readonly gpu_memory_bytes: number;
};

export const noResources: Resources = {
	cpus: 0,
	memory_bytes: 0,
	gpus: 0,
	gpu_memory_bytes: 0,
};

/** What a worker must have and be for a task's process to run there. */
export type Requirements = {
	/** Reserved, and never exceeded by what is handed out. */
	readonly minimum: Resources;
	/** Reserved up to this much where it is free; never below `minimum`. */
	readonly preferred: Resources;
	/** Glob patterns, any one of which must match one of the worker's groups; empty: any worker. */
	readonly groups: readonly string[];
	readonly worker_type: WorkerType;
	/** Capability name → semantic-version range. */
	readonly capabilities: Readonly<Record<string, string>>;
	/** The same, but only of workers whose environment resolver for tasks that name none is `standard`. Absent: nothing. */
	readonly default_packages?: Readonly<Record<string, string>>;
	/** Farm-wide limit → how many of it are held while the process runs. */
	readonly limits: Readonly<Record<string, number>>;
};
