import process from 'node:process';

/** Waits for the INT or TERM that ends a command in an orderly way. Disposed, it leaves signals as they were. */
export const stopSignal = (): Disposable & {
	readonly reached: Promise<'interrupted'>;
} => {
	const {promise, resolve} = Promise.withResolvers<'interrupted'>();
	const stop = (): void => {
		resolve('interrupted');
	};

	process.on('SIGINT', stop);
	process.on('SIGTERM', stop);
	return {
		reached: promise,
		[Symbol.dispose]() {
			process.off('SIGINT', stop);
			process.off('SIGTERM', stop);
		},
	};
};
