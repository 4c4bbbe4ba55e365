import {PerformanceObserver} from 'node:perf_hooks';
import {getHeapSpaceStatistics, setFlagsFromString} from 'node:v8';

/** Above this the room for young objects grows no further. */
const enoughBytes = 16 * 2 ** 20;

/**
Keeps V8 from setting aside ever more memory for what is thrown away soon. A submission of thousands of tasks makes so much of that in one turn, and a worker that starts hundreds of processes a second so much of it all the time, that V8 would double the room for young objects up to 128 MiB, let old ones grow to four times what is needed of them, and keep both. With a fraction of the first it collects more often, for the same processor time; old objects it looks through once there are twice as many as were needed the last time.

The program cannot be told so at its start, since people start it by its name, and later V8 takes no limits, but only how fast they grow.
*/
export const boundGarbage = (): void => {
	setFlagsFromString('--heap-growing-percent=100');
	const observer = new PerformanceObserver(() => {
		if (youngBytes() >= enoughBytes) {
			hold();
		}
	});
	const hold = (): void => {
		setFlagsFromString('--semi-space-growth-factor=1');
		observer.disconnect();
	};

	observer.observe({entryTypes: ['gc']});
};

const youngBytes = (): number =>
	getHeapSpaceStatistics().find(({space_name: name}) => name === 'new_space')
		?.space_size ?? 0;
