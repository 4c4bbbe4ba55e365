/** What a word on the command line names; shell completion goes by it. */
export type Completes =
	| 'file'
	| 'directory'
	| 'node'
	| 'node-type'
	| 'group'
	| 'worker'
	| 'limit'
	| 'database'
	| 'shell';

export type FlagDefinition = {
	readonly type: 'text' | 'number' | 'integer' | 'switch';
	/** What stands for the value in help: `NODE`. */
	readonly value?: string;
	/** One line. */
	readonly description: string;
	readonly isMultiple?: true;
	/** A switch that is on by itself, and is turned off by `--no-NAME`. */
	readonly isNegated?: true;
	readonly minimum?: number;
	readonly maximum?: number;
	readonly options?: readonly string[];
	readonly completes?: Completes;
};

export type ArgumentDefinition = {
	/** As in help: `ID`. */
	readonly name: string;
	readonly description: string;
	readonly isOptional?: true;
	/** Takes all that follow; only the last one. */
	readonly isMultiple?: true;
	readonly options?: readonly string[];
	readonly completes?: Completes;
};

export type ModeName =
	| 'scheduler'
	| 'worker'
	| 'view'
	| 'up'
	| 'demo'
	| 'submit'
	| 'task'
	| 'group'
	| 'worker-control'
	| 'worker-sweep'
	| 'node'
	| 'graph'
	| 'limit'
	| 'job'
	| 'resolver'
	| 'db'
	| 'join'
	| 'key'
	| 'config'
	| 'notify'
	| 'doctor'
	| 'connect'
	| 'completion';

export type CommandDefinition = {
	/** The words that name it: `task list`. */
	readonly name: string;
	/** The file of source/modes/ that does it. */
	readonly mode: ModeName;
	/** One line. */
	readonly summary: string;
	/** More, where one line does not tell it. */
	readonly description?: string;
	readonly arguments: readonly ArgumentDefinition[];
	readonly flags: Readonly<Record<string, FlagDefinition>>;
	readonly examples: ReadonlyArray<{
		readonly command: string;
		readonly description: string;
	}>;
};

/** The first words that need a second one; `worker` does not. */
export type CommandFamily = {readonly name: string; readonly summary: string};
