import {PerformanceObserver} from 'node:perf_hooks';
import {getHeapSpaceStatistics, setFlagsFromString} from 'node:v8';

/** Above this it grows no further. */
const enoughBytes = 16 * 2 ** 20;

/**
Keeps V8 from setting aside ever more memory for what is thrown away at once. A submission of thousands of tasks makes so much of that in one turn, and a worker that starts hundreds of processes a second so much of it all the time, that it would double the room for it up to 128 MiB, and keep it; with a fraction of that it collects more often, for the same processor time.

The program cannot be told so at its start, since people start it by its name, and later V8 takes no limit, but only how fast the room grows.
*/
export const boundGarbage = (): void => {
	const observer = new PerformanceObserver(() => {
		const young = getHeapSpaceStatistics().find(
			({space_name: name}) => name === 'new_space',
		);
		if (young === undefined || young.space_size < enoughBytes) {
			return;
		}

		setFlagsFromString('--semi-space-growth-factor=1');
		observer.disconnect();
	});
	observer.observe({entryTypes: ['gc']});
};
