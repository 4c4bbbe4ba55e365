/** What has to be remembered of a group from turn to turn. One that rests without errors needs nothing. */
export type Followed = {
	readonly moving: boolean;
	/** The most errors it had at once since it had none. */
	readonly errors: number;
};

export const atEase: Followed = {moving: false, errors: 0};

export type GroupNews = {
	readonly after: Followed;
	/** It has come to rest. */
	readonly isFinished: boolean;
	/** It moves again, or goes on. */
	readonly isMoving: boolean;
};

/** What is new of a group after a turn. */
export const groupNews = (
	before: Followed,
	now: {
		readonly atRest: boolean;
		readonly errors: number;
		/** It got new tasks in this turn, which may have ended in it as well. */
		readonly hasGrown: boolean;
	},
): GroupNews => {
	const isCleared = before.errors > 0 && now.errors === 0;
	return {
		after: {
			moving: !now.atRest,
			errors: now.errors === 0 ? 0 : Math.max(before.errors, now.errors),
		},
		isFinished: now.atRest && (before.moving || now.hasGrown || isCleared),
		isMoving: !now.atRest,
	};
};

/** Whether the errors reached this number in this turn, the first time since there were none. */
export const hasReached = (
	least: number,
	before: Followed,
	after: Followed,
): boolean => before.errors < least && after.errors >= least;
