import {liveOf, type View} from '../../screen.js';
import type {LogText} from './log-text.js';

/** One attempt whose log can be shown. */
export type Attempt = {
	readonly invocation: number;
	readonly attempt: number;
	readonly worker: string;
	/** How it ended, or that it runs. */
	readonly state: string;
};

/** A task whose log is shown. */
export type Source = {
	readonly task: number;
	/** Oldest first; undefined until they are known. */
	readonly attempts: readonly Attempt[] | undefined;
	/** Which is shown; undefined: the last. */
	readonly chosen: number | undefined;
};

export type OutputSlice = {
	readonly sources: readonly Source[];
	/** By invocation. */
	readonly logs: Readonly<Record<number, LogText>>;
	/** What is being asked for, so that it is not asked for twice. */
	readonly asked: ReadonlySet<string>;
	/** Why the last asking failed. */
	readonly trouble: string | undefined;
	/** Index of the first line that is shown; undefined: the end, as it grows. */
	readonly top: number | undefined;
	readonly isWrapped: boolean;
	readonly hasTimes: boolean;
	/** What is looked for and highlighted; empty: nothing. */
	readonly search: string;
	/** The line that was found last. */
	readonly found: number | undefined;
	/** Only lines that match are shown, with so many around each; undefined: all lines. */
	readonly context: number | undefined;
	/** Only lines that came by standard error are shown. */
	readonly isOnlyErrors: boolean;
	/** Reading on towards the beginning, until the first error is here. */
	readonly isSeeking: boolean;
};

export type OutputView = View<OutputSlice>;

/** More logs at once cannot be told apart. */
const mostSources = 8;

export const newOutput = (
	tasks: readonly number[],
	invocation: number | undefined,
): OutputSlice => ({
	sources: tasks.slice(0, mostSources).map((task) => ({
		task,
		attempts: undefined,
		chosen: tasks.length === 1 ? invocation : undefined,
	})),
	logs: {},
	asked: new Set(),
	trouble: undefined,
	top: undefined,
	isWrapped: false,
	hasTimes: false,
	search: '',
	found: undefined,
	context: undefined,
	isOnlyErrors: false,
	isSeeking: false,
});

export const taskWatch = (task: number): string => `task:${task}`;
export const logWatch = (invocation: number): string => `log:${invocation}`;

/** The attempt of a task that is shown. */
export const shownAttempt = ({
	attempts,
	chosen,
}: Source): Attempt | undefined =>
	chosen === undefined
		? attempts?.at(-1)
		: attempts?.find(({invocation}) => invocation === chosen);

export const shownInvocations = ({
	sources,
}: Pick<OutputSlice, 'sources'>): readonly number[] =>
	sources.flatMap((source) => shownAttempt(source)?.invocation ?? []);

/** How long a log is by now; undefined where that was not told yet. */
export const statusOf = (view: OutputView, invocation: number) =>
	liveOf(view, logWatch(invocation), 'log')?.rows[0];
