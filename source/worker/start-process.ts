/** Starts a process in a session of its own, with nothing to read. There are two ways of doing it, `posix-spawn` and `spawn-by-node`. */
export type StartProcess = {
	/** Gives its pid. Several may be under way at once. */
	readonly start: (request: StartRequest) => Promise<number>;
	/** Whether it starts a process in a control group; else that has to enter it by itself. */
	readonly entersGroups: boolean;
};

export type StartRequest = {
	/** Absolute. */
	readonly file: string;
	/** After the program's own name, which is `file`. */
	readonly arguments: readonly string[];
	readonly environment: Readonly<Record<string, string>>;
	readonly cwd: string;
	/** Descriptors; they stay the caller's to close when it has started, or not. */
	readonly output: number;
	readonly error: number;
	/** What it has as descriptor 3. */
	readonly third: number;
	/** The folder of the control group to start it in, where there is one and `entersGroups`. */
	readonly cgroup: string | undefined;
	/** Told once, after the pid was given: the signal that ended it, if one did. */
	readonly onExit: (signal: NodeJS.Signals | undefined) => void;
};
