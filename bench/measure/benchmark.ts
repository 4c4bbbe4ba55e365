import type {Measure} from './report.js';

export type BenchmarkOptions = {
	/** How often everything is measured; the medians count. */
	readonly runs: number;
	/** A tenth or less of the work: to see whether the benchmark itself works. Its figures say nothing. */
	readonly quick: boolean;
	/** A folder for CPU profiles of the farm's processes. */
	readonly profile: string | undefined;
	/** How many finished tasks lie in the database before, a multiple of a thousand; undefined: as many as the benchmark says. */
	readonly finished: number | undefined;
	/** What is going on, for whoever waits. */
	readonly say: (text: string) => void;
};

/** Measures, and checks that the work was done; throws where it was not. */
export type Benchmark = (
	options: BenchmarkOptions,
) => Promise<readonly Measure[]>;
