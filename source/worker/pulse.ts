export type Pulse = {
	/** Called at every beat from now on. */
	readonly add: (onBeat: () => void) => void;
	readonly remove: (onBeat: () => void) => void;
};

/** One timer for all who have something to look at now and then; none while nobody has. */
export const createPulse = (everyMs: number): Pulse => {
	const listeners = new Set<() => void>();
	let timer: NodeJS.Timeout | undefined;
	return {
		add(onBeat) {
			listeners.add(onBeat);
			timer ??= setInterval(() => {
				for (const listener of listeners) {
					listener();
				}
			}, everyMs);
		},
		remove(onBeat) {
			listeners.delete(onBeat);
			if (listeners.size > 0) {
				return;
			}

			clearInterval(timer);
			timer = undefined;
		},
	};
};
