import type {Operation} from '../turn-context.js';

/**
Remove some of the oldest entries of the journal: those from before a time, and those that are too many.

@returns how many; as many as `most` where there may be more
*/
export const cutJournalStep =
	({
		before,
		keep,
		most,
	}: {
		/** Milliseconds since 1970; `-Infinity`: however old they are. */
		readonly before: number;
		/** So many of the latest stay; `Infinity`: however many there are. */
		readonly keep: number;
		readonly most: number;
	}): Operation<number> =>
	({desk, statements: {retention}}) => {
		desk.touch();
		const last = retention.lastOfJournal.get()?.id ?? 0;
		const begin = retention.beginOfJournal.all(most);
		// Entries are in the order of time, unless the clock was set back: those are removed with what is older than they seem.
		const end = begin.findIndex(
			({id, at}) => !(at < before || id <= last - keep),
		);
		const old = end === -1 ? begin : begin.slice(0, end);
		const youngest = old.at(-1);
		if (youngest) {
			retention.cutJournal.run(youngest.id);
		}

		return old.length;
	};
