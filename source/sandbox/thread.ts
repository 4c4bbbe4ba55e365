import process from 'node:process';
import {parentPort, workerData} from 'node:worker_threads';
import {
	createEngine,
	type Allowance,
	type Answer,
	type Call,
	type EngineOptions,
} from './engine.js';

/** What a thread starts with. */
export type ThreadSettings = EngineOptions & {
	/** Of processor time, for each source. */
	readonly timeLimitMs: number;
};

export type ThreadAnswer = {
	/** One for each source. */
	readonly answers: readonly Answer[];
	/** Of the processor, for the one that took longest. */
	readonly longestMs: number;
};

/** Its own time on a processor, so that a machine with a lot to do does not make scripts fail; wall-clock time where Node cannot tell. */
const spentMs = (): number => {
	if (typeof process.threadCpuUsage !== 'function') {
		return performance.now();
	}

	const {user, system} = process.threadCpuUsage();
	return (user + system) / 1000;
};

const serve = async (settings: ThreadSettings): Promise<void> => {
	const engine = await createEngine(settings);

	const timed = (): Allowance => {
		const until = spentMs() + settings.timeLimitMs;
		return {
			fuel: fuelBetweenLooks,
			readingFuel: fuelBetweenLooks,
			goOn: () => (spentMs() < until ? fuelBetweenLooks : 0),
		};
	};

	const answer = ({kind, sources, scope}: Call): ThreadAnswer => {
		const answers: Answer[] = [];
		let longestMs = 0;
		for (const source of sources) {
			const start = spentMs();
			answers.push(engine.call({kind, sources: [source], scope}, timed()));
			longestMs = Math.max(longestMs, spentMs() - start);
		}

		return {answers, longestMs};
	};

	// One call at a time: the other side waits for the answer.
	parentPort?.on('message', (call: Call) => {
		parentPort?.postMessage(answer(call));
	});
};

/** 50 to 100 ms: what a built-in function that never asks may take. */
const fuelBetweenLooks = 30_000_000;

await serve(workerData as ThreadSettings);
