/** One ordered run of ids in an index, read a piece at a time. `hit` is 0 for a row that the rest of the filter refuses. */
export type Run = (
	from: number,
	limit: number,
) => ReadonlyArray<{readonly id: number; readonly hit: 0 | 1}>;

export type Taken = {
	/** What was found, in order. */
	readonly ids: readonly number[];
	/** The last id that was looked at, found or not: whoever goes on later goes on behind it. */
	readonly at: number;
	/** Nothing is left. */
	readonly done: boolean;
};

export type Walk = {
	/** Go on until so many are found, so many rows were looked at, or nothing is left. */
	readonly take: (bounds: {
		readonly hits: number;
		readonly rows: number;
	}) => Taken;
};

/** Small at first, as most windows are; large enough in the end that a statement's own cost does not show. */
const pieces = {first: 16, most: 2048, growth: 4};

/**
Walk several runs as one list in the order of ids.

No statement stays open between two calls, so a long walk holds neither a snapshot of the database nor the thread; what changes meanwhile may be missed or met, but no id comes twice.
*/
export const createWalk = (
	runs: readonly Run[],
	{from, descending}: {readonly from: number; readonly descending: boolean},
): Walk => {
	const heads = runs.map((read) => ({
		read,
		next: from,
		size: Math.max(pieces.first, Math.min(256, Math.ceil(256 / runs.length))),
		rows: [] as ReturnType<Run>,
		index: 0,
		ended: false,
	}));
	const isBefore = (a: number, b: number): boolean =>
		descending ? a > b : a < b;
	let at = from;
	/** Where no run is left unread, the nearest of the heads. */
	let open = heads;

	return {
		take({hits, rows}) {
			const ids: number[] = [];
			let read = 0;
			while (ids.length < hits && read < rows) {
				let best: (typeof heads)[number] | undefined;
				for (const head of open) {
					if (head.index >= head.rows.length && !head.ended) {
						head.rows = head.read(head.next, head.size);
						head.index = 0;
						head.ended = head.rows.length < head.size;
						head.size = Math.min(pieces.most, head.size * pieces.growth);
						head.next = head.rows.at(-1)?.id ?? head.next;
						read += head.rows.length + 1;
					}

					const row = head.rows[head.index];
					const other = best?.rows[best.index];
					if (row && (!other || isBefore(row.id, other.id))) {
						best = head;
					}
				}

				const row = best?.rows[best.index];
				if (!best || !row) {
					open = [];
					return {ids, at, done: true};
				}

				best.index += 1;
				if (best.ended && best.index >= best.rows.length) {
					const finished = best;
					open = open.filter((head) => head !== finished);
				}

				if (!isBefore(at, row.id)) {
					continue;
				}

				at = row.id;
				if (row.hit === 1) {
					ids.push(row.id);
				}
			}

			return {ids, at, done: open.length === 0};
		},
	};
};
