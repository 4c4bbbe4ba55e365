import type {Json} from '../core/json.js';

export type WatchUpdate = {
	readonly rows: readonly Json[];
	readonly order?: readonly number[] | undefined;
	readonly counts?: Readonly<Record<string, number>> | undefined;
};

/** Updates by watch. One may come in the same packet as the answer that tells the watch's number: it is kept until that number is known. */
export const createWatchUpdates = () => {
	const handlers = new Map<number, (update: WatchUpdate) => void>();
	let early: Update[] = [];
	let asking = 0;
	return {
		take(update: Update): void {
			const handler = handlers.get(update.watch);
			if (handler !== undefined) {
				handler(update);
			} else if (asking > 0) {
				early.push(update);
			}
		},
		async hold<Answer extends {readonly watch: number}>(
			ask: () => Promise<Answer>,
			handler: (update: WatchUpdate) => void,
			/** Called before the first update. */
			onAnswer?: (answer: Answer) => void,
		): Promise<Answer> {
			asking += 1;
			try {
				const answer = await ask();
				onAnswer?.(answer);
				handlers.set(answer.watch, handler);
				for (const update of early) {
					if (update.watch === answer.watch) {
						handler(update);
					}
				}

				return answer;
			} finally {
				asking -= 1;
				if (asking === 0) {
					early = [];
				}
			}
		},
		drop(watch: number): void {
			handlers.delete(watch);
		},
		dropAll(): void {
			handlers.clear();
			early = [];
		},
	};
};

type Update = WatchUpdate & {readonly watch: number};
