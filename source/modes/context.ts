import type {Output} from './output.js';

/**
How a command ends, as the operating system is told.

- 0: done
- 1: it did not work: a task that was waited for failed, a check found faults
- 2: wrong usage or input
- 3: no scheduler could be reached
- 4: refused: wrong farm key, or not permitted
*/
export type ExitStatus = 0 | 1 | 2 | 3 | 4;

/** The values of a command's flags, by their names in the command table. Asking for a flag that the command does not have is a defect, and throws. */
export type Flags = {
	/** Undefined: not given. */
	readonly text: (name: string) => string | undefined;
	/** All values of a flag that may be given several times, in order. */
	readonly texts: (name: string) => readonly string[];
	/** Already checked to be a number within the limits that the command table states. */
	readonly number: (name: string) => number | undefined;
	/** A switch. Undefined: not given; false: given as `--no-NAME`. */
	readonly toggle: (name: string) => boolean | undefined;
};

/** What a mode is given. Flags that every command has are in `flags` as well: `config-dir`, `log-level`, `scheduler`, `key-file`, `json`, `insecure`. */
export type CommandContext = {
	/** The words that name the command, as in the command table: `task list`, `worker`, `db use`. */
	readonly command: string;
	/** What stands after them and is no flag; as many as the command table says. */
	readonly arguments: readonly string[];
	readonly flags: Flags;
	readonly output: Output;
};

/** A file of source/modes/ that the command line loads exports `run`. What it throws becomes one line and an exit status. */
export type Mode = {
	readonly run: (context: CommandContext) => Promise<ExitStatus>;
};
