/** Bounds how much is under way at a time. */
export type FairWindow<Key> = {
	/**
	Resolves when there is room for so much, to what gives the room back. What does not fit at all has its turn alone. Rejects with the signal's reason.
	*/
	readonly enter: (
		key: Key,
		weight: number,
		signal: AbortSignal,
	) => Promise<() => void>;
};

type Waiting = {
	readonly weight: number;
	readonly enter: () => void;
};

/** Room for so much at a time. Those with the same key come in in their order, and those with different keys in turns, so that one with a long line keeps nobody else waiting for all of it. */
export const createFairWindow = <Key extends PropertyKey>(
	size: number,
): FairWindow<Key> => {
	/** The next turn is that of the first key. */
	const lines = new Map<Key, Waiting[]>();
	let used = 0;

	const admit = (): void => {
		for (;;) {
			const [next] = lines;
			const [key, line] = next ?? [];
			const first = line?.[0];
			if (
				key === undefined ||
				line === undefined ||
				first === undefined ||
				(used > 0 && used + first.weight > size)
			) {
				return;
			}

			line.shift();
			lines.delete(key);
			if (line.length > 0) {
				// To the end: the others' turn comes first.
				lines.set(key, line);
			}

			used += first.weight;
			first.enter();
		}
	};

	return {
		async enter(key, weight, signal) {
			signal.throwIfAborted();
			return new Promise((resolve, reject) => {
				const line = lines.get(key) ?? [];
				lines.set(key, line);

				const leave = (): void => {
					const rest = lines.get(key);
					const place = rest?.indexOf(waiting) ?? -1;
					if (rest !== undefined && place !== -1) {
						rest.splice(place, 1);
						if (rest.length === 0) {
							lines.delete(key);
						}
					}

					// eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- as whoever aborted it said
					reject(signal.reason);
					admit();
				};

				const waiting: Waiting = {
					weight,
					enter() {
						signal.removeEventListener('abort', leave);
						resolve(() => {
							used -= weight;
							admit();
						});
					},
				};
				line.push(waiting);
				signal.addEventListener('abort', leave, {once: true});
				admit();
			});
		},
	};
};
