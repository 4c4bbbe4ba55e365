import {statSync} from 'node:fs';
import {
	collectDefaultMetrics,
	Counter,
	Gauge,
	Histogram,
	Registry,
} from 'prom-client';
import type {Clock} from '../../core/clock.js';
import {taskStates} from '../../core/task-state.js';
import {workerStates} from '../../net/messages/shapes.js';
import {coresOf} from '../fleet.js';
import {tasksByState} from '../views/task-list.js';
import type {ViewContext} from '../views/view-context.js';
import {workerState} from '../views/worker-shape.js';
import type {Measured} from './measured.js';
import type {Observer} from './observer.js';

export type Metrics = Observer & {
	/** In the text format of Prometheus. */
	readonly text: () => Promise<string>;
	/** Its type, for HTTP. */
	readonly type: string;
};

/** Between two looks at how late the event loop is: often enough to see what holds it up, and rarely enough to cost nothing when idle. */
const loopPrecisionMs = 100;
/** Gauges that the library names as counters; the same by type are there without these. */
const misnamed = [
	'nodejs_active_handles_total',
	'nodejs_active_requests_total',
	'nodejs_active_resources_total',
];
/** So many tasks are looked at to find one that waits. */
const mostLookedAt = 64;

/** What a program that watches the farm gets to know. All but a few single look-ups comes from what the scheduler has in memory anyway. */
export const createMetrics = ({
	context,
	loop,
	connectionCount,
	logBytes,
}: Measured): Metrics => {
	const {reads, books, clock} = context;
	const registry = new Registry();
	collectDefaultMetrics({
		register: registry,
		eventLoopMonitoringPrecision: loopPrecisionMs,
	});
	for (const name of misnamed) {
		registry.removeSingleMetric(name);
	}

	const registers = [registry];

	const gauge = (
		name: string,
		help: string,
		look: () => number | undefined,
	): void => {
		// eslint-disable-next-line no-new -- it enters itself into the registry
		new Gauge({
			name,
			help,
			registers,
			collect() {
				const value = look();
				if (value === undefined) {
					this.remove();
				} else {
					this.set(value);
				}
			},
		});
	};

	const gauges = (
		name: string,
		{
			help,
			label,
			look,
		}: {
			readonly help: string;
			readonly label: string;
			readonly look: () => Iterable<readonly [label: string, value: number]>;
		},
	): void => {
		// eslint-disable-next-line no-new -- as above
		new Gauge({
			name,
			help,
			labelNames: [label],
			registers,
			collect() {
				this.reset();
				for (const [value, amount] of look()) {
					this.set({[label]: value}, amount);
				}
			},
		});
	};

	const {farm, version, database} = context.about();
	new Gauge({
		name: 'lifeblood_info',
		help: 'Always 1; the labels name the farm and the version that serves it.',
		labelNames: ['farm', 'version'],
		registers,
	}).set({farm, version}, 1);

	gauges('lifeblood_tasks', {
		help: 'Tasks that are not archived, by state.',
		label: 'state',
		look() {
			const counts = tasksByState(context);
			return taskStates.map((state) => [state, counts[state] ?? 0] as const);
		},
	});
	gauges('lifeblood_queue_oldest_age_seconds', {
		help: 'For how long that task has been in its state which waits there longest, of the ones made first. None waits: 0.',
		label: 'state',
		look: () =>
			(['waiting', 'ready', 'post_waiting'] as const).map(
				(state) => [state, oldestAge(context, state)] as const,
			),
	});
	gauges('lifeblood_workers', {
		help: 'Workers that the farm knows, by state.',
		label: 'state',
		look() {
			const counts = new Map<string, number>(
				workerStates.map((state) => [state, 0]),
			);
			for (const worker of books().fleet.workers.values()) {
				const state = workerState(worker);
				counts.set(state, (counts.get(state) ?? 0) + 1);
			}

			return counts;
		},
	});
	gauges('lifeblood_worker_cpus', {
		help: 'Cores of connected workers that invocations hold, and that they do not.',
		label: 'use',
		look: () => Object.entries(cpuUse(context)),
	});
	gauge(
		'lifeblood_invocations',
		'Invocations that are offered or run.',
		() => books().fleet.live.size,
	);
	gauge(
		'lifeblood_connections',
		'Connections of workers, viewers and clients.',
		connectionCount,
	);
	gauge(
		'lifeblood_database_writable',
		'1, or 0 while nothing can be committed.',
		() => (loop.trouble() ? 0 : 1),
	);
	gauge('lifeblood_database_size_bytes', 'The database file.', () => {
		const {size, pages} = reads.monitor.pages.get() ?? {size: 0, pages: 0};
		return size * pages;
	});
	gauge(
		'lifeblood_database_free_bytes',
		'Of the database file, what was given up and is used again.',
		() => {
			const {size, free} = reads.monitor.pages.get() ?? {size: 0, free: 0};
			return size * free;
		},
	);
	gauge(
		'lifeblood_database_wal_size_bytes',
		'The file beside the database with what was written last.',
		() => statSync(`${database}-wal`, {throwIfNoEntry: false})?.size ?? 0,
	);
	gauge(
		'lifeblood_log_store_size_bytes',
		'All logs of invocations, where a limit to them makes it known.',
		logBytes,
	);
	const turns = new Histogram({
		name: 'lifeblood_turn_duration_seconds',
		help: 'How long turns took, with their commits.',
		buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5],
		registers,
	});
	const latencies = new Histogram({
		name: 'lifeblood_dispatch_latency_seconds',
		help: 'How long tasks were ready before a worker was offered them.',
		buckets: [0.005, 0.025, 0.1, 0.5, 2.5, 10, 60, 300, 1800, 7200, 43_200],
		registers,
	});
	const entered = new Counter({
		name: 'lifeblood_tasks_entered_total',
		help: 'How often a task came into a state; once at most for each turn and task.',
		labelNames: ['state'],
		registers,
	});
	for (const state of taskStates) {
		entered.inc({state}, 0);
	}

	return {
		onTurn(milliseconds) {
			turns.observe(milliseconds / 1000);
		},
		onCommit({tasks, waits}) {
			for (const milliseconds of waits) {
				latencies.observe(Math.max(0, milliseconds) / 1000);
			}

			const counts = new Map<string, number>();
			for (const {was, now} of tasks.values()) {
				if (was !== now) {
					counts.set(now, (counts.get(now) ?? 0) + 1);
				}
			}

			for (const [state, count] of counts) {
				entered.inc({state}, count);
			}
		},
		text: async () => registry.metrics(),
		type: registry.contentType,
	};
};

const oldestAge = (
	{reads, clock}: {readonly reads: ViewContext['reads']; readonly clock: Clock},
	state: 'waiting' | 'ready' | 'post_waiting',
): number => {
	let since: number | undefined;
	for (const {changed_at: at, queue} of reads.monitor.firstInState.iterate(
		state,
		mostLookedAt,
	)) {
		// One that is paused, archived, or in a node that is, waits for a person.
		if (queue !== null) {
			since = Math.min(since ?? at, at);
		}
	}

	return since === undefined ? 0 : Math.max(0, clock.now() - since) / 1000;
};

const cpuUse = ({
	books,
}: Pick<ViewContext, 'books'>): {
	readonly held: number;
	readonly free: number;
} => {
	const {fleet} = books();
	const {held, free} = coresOf(
		fleet,
		fleet.workers.values().filter(({link}) => link !== undefined),
	);
	return {held, free};
};
