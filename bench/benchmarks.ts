import type {Benchmark} from './measure/benchmark.js';

type Loader = () => Promise<{readonly benchmark: Benchmark}>;

/** All there are, by name. */
export const loaders: ReadonlyMap<string, Loader> = new Map<string, Loader>([
	['graph', async () => import('./graph.js')],
	['fan', async () => import('./fan.js')],
	['submit', async () => import('./submit.js')],
	['dispatch', async () => import('./dispatch.js')],
	['latency', async () => import('./latency.js')],
	['scale', async () => import('./scale.js')],
	['past', async () => import('./past.js')],
	['wide', async () => import('./wide.js')],
	['log', async () => import('./log.js')],
	['idle', async () => import('./idle.js')],
	['start', async () => import('./start.js')],
	['job', async () => import('./job.js')],
	['sandbox', async () => import('./sandbox.js')],
	['viewer', async () => import('./viewer.js')],
	['retention', async () => import('./retention.js')],
	['month', async () => import('./month.js')],
]);
