import type {InvocationId} from '../../core/ids.js';
import type {TaskFilter} from '../../net/messages/shapes.js';
import type {LogStore} from '../views/log-store.js';
import type {ViewContext} from '../views/view-context.js';
import type {TurnChanges} from '../turn-changes.js';
import type {EventLog} from './event-log.js';
import type {Position} from './locate.js';
import type {PulseLog} from './pulse-log.js';
import type {WatchedWindow} from './sent-window.js';
import type {SortedIds} from './sort-ids.js';

export type WatchParams = {
	readonly filter?: TaskFilter | undefined;
	/** For `task`: its id; for `log`: the invocation's. */
	readonly id?: number | undefined;
	readonly order?:
		{readonly by: string; readonly descending: boolean} | undefined;
	readonly window: {readonly offset: number; readonly limit: number};
};

/** What is watched, of one kind. */
export type Source = {
	/**
	Read the window. A long search lets turns run in between.

	@throws {FarmError} `NOT_FOUND` or `INVALID`, the first time, where the parameters are wrong
	*/
	readonly read: () => WatchedWindow | Promise<WatchedWindow>;
	/** Told of every turn, also while it is being read: for one that keeps account of more than its window. */
	readonly note?: (changes: TurnChanges) => void;
	/** Whether a turn may have changed what it shows. Asked after every turn, so it only looks at the changes. */
	readonly isTouchedBy: (changes: TurnChanges) => boolean;
	/** Whether a process's progress may have. */
	readonly isTouchedByProgress: (invocation: InvocationId) => boolean;
	/** Something beside turns that changes it, such as a file that grows. Returns how to stop. */
	readonly listen?: (onTouch: () => void) => () => void;
	/** What helps to find another window of the same list. */
	readonly near?: () => Near;
};

export type Near = {
	/** Where that window is in a list by id. */
	readonly position?: Position | undefined;
	/** The list as it was sorted last. */
	readonly sorted?: SortedIds | undefined;
};

export type SourceContext = {
	readonly context: ViewContext;
	readonly logs: LogStore;
	readonly events: EventLog;
	readonly pulse: PulseLog;
	/** Of a window of the same list. */
	readonly near?: Near | undefined;
};
