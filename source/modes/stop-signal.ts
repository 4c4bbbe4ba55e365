import process from 'node:process';

export type StopSignal = Disposable & {
	readonly reached: Promise<'interrupted'>;
	readonly isReached: () => boolean;
};

/** Waits for the INT or TERM that ends a command in an orderly way. Disposed, it leaves signals as they were. */
export const stopSignal = (): StopSignal => {
	const {promise, resolve} = Promise.withResolvers<'interrupted'>();
	let isReached = false;
	const stop = (): void => {
		isReached = true;
		resolve('interrupted');
	};

	process.on('SIGINT', stop);
	process.on('SIGTERM', stop);
	return {
		reached: promise,
		isReached: () => isReached,
		[Symbol.dispose]() {
			process.off('SIGINT', stop);
			process.off('SIGTERM', stop);
		},
	};
};
