/** The views, in the order of their numbers. */
export const screenNames = [
	'groups',
	'graph',
	'tasks',
	'workers',
	'log',
	'pulse',
	'output',
	'pictures',
] as const;

export type ScreenName = (typeof screenNames)[number];

/** What a view is opened on; what is absent narrows nothing. */
export type Scope = {
	readonly group?: string | undefined;
	readonly node?: string | undefined;
	readonly states?: readonly string[] | undefined;
	readonly text?: string | undefined;
	/** The children of this task. */
	readonly parent?: number | undefined;
	/** This task with all that came of it. */
	readonly tree?: number | undefined;
	/** Whose logs, or which to begin at. */
	readonly tasks?: readonly number[] | undefined;
	readonly invocation?: number | undefined;
	readonly worker?: string | undefined;
	/** Picture files, and at which to begin. */
	readonly pictures?:
		{readonly files: readonly string[]; readonly at: number} | undefined;
};
