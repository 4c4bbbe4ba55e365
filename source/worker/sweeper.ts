import type {Clock} from '../core/clock.js';
import type {InvocationId} from '../core/ids.js';
import type {ProcessTable} from './process-table.js';
import {endTree} from './process-tree.js';

export type Sweeper = {
	/** An invocation ended; what it daemonised is ended soon. */
	readonly add: (invocation: InvocationId) => void;
	/** Look at once, and wait until nothing is left. */
	readonly finish: () => Promise<void>;
};

const afterMs = 1000;

/** Ends what left its process group and outlived its invocation. One look is for all invocations that ended within a second: a look per invocation would cost more than most of them. */
export const createSweeper = ({
	table,
	clock,
	grace,
}: {
	readonly table: ProcessTable;
	readonly clock: Clock;
	readonly grace: () => number;
}): Sweeper => {
	let ended = new Set<InvocationId>();
	let timer: NodeJS.Timeout | undefined;
	let sweeping: Promise<void> = Promise.resolve();

	const sweep = async (): Promise<void> => {
		const invocations = ended;
		ended = new Set();
		if (invocations.size === 0) {
			return;
		}

		const left = new Set<InvocationId>();
		const processes = await table.read();
		for (const {owner} of processes.values()) {
			if (owner !== undefined && invocations.has(owner)) {
				left.add(owner);
			}
		}

		await Promise.all(
			[...left].map(async (invocation) =>
				endTree({tree: {invocation, group: undefined}, table, grace, clock}),
			),
		);
	};

	const begin = (): void => {
		clearTimeout(timer);
		timer = undefined;
		const before = sweeping;
		const now = sweep().catch(() => undefined);
		sweeping = Promise.all([before, now]).then(() => undefined);
	};

	return {
		add(invocation) {
			ended.add(invocation);
			timer ??= setTimeout(begin, afterMs);
		},
		async finish() {
			begin();
			await sweeping;
		},
	};
};
