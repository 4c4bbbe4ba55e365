import type {SchedulerSettings} from '../config/scheduler-settings.js';
import {systemClock} from '../core/clock.js';
import type {Address} from '../net/address.js';
import {createStatusServer} from '../net/status-server.js';
import {createHealth} from '../scheduler/monitor/health.js';
import type {Scheduler} from '../scheduler/scheduler.js';

export type Monitor = AsyncDisposable & {
	/** Undefined where there is none. */
	readonly address: () => Address | undefined;
};

/** The port for programs that watch the farm, where the settings want one. */
export const startMonitor = async ({
	settings,
	scheduler,
	log,
}: {
	readonly settings: SchedulerSettings['scheduler']['metrics'];
	readonly scheduler: Pick<Scheduler, 'measured' | 'observe'>;
	readonly log: {readonly error: (error: unknown, message: string) => void};
}): Promise<Monitor> => {
	if (!settings.enabled) {
		return {
			address: () => undefined,
			async [Symbol.asyncDispose]() {}, // eslint-disable-line @typescript-eslint/no-empty-function -- nothing was begun
		};
	}

	// Read only where it is wanted: a scheduler without it starts sooner.
	const {createMetrics} = await import('../scheduler/monitor/metrics.js');
	const metrics = createMetrics(scheduler.measured);
	scheduler.observe(metrics);
	const health = createHealth({
		loop: scheduler.measured.loop,
		clock: systemClock,
	});
	const server = createStatusServer({
		place: {
			host: settings.ip === '' ? undefined : settings.ip,
			port: settings.port,
		},
		pages: {
			'/metrics': async () => ({
				status: 200,
				type: metrics.type,
				body: await metrics.text(),
			}),
			async '/healthz'() {
				const found = await health();
				return {
					status: found.isWell ? 200 : 503,
					type: 'text/plain; charset=utf-8',
					body: found.isWell ? 'ok\n' : `${found.why}\n`,
					// It takes five seconds to find out that a turn is stuck, and none that it is not any more.
					isMomentary: true,
				};
			},
		},
		onDefect(error, path) {
			log.error(error, `${path} could not be made`);
		},
		clock: systemClock,
	});
	await server.start(new AbortController().signal);
	return {
		address: server.address,
		async [Symbol.asyncDispose]() {
			await server.stop();
		},
	};
};
