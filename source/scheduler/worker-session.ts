import type {Clock} from '../core/clock.js';
import {FarmError} from '../core/errors.js';
import type {InvocationOutcome} from '../core/invocation.js';
import type {WorkerId} from '../core/ids.js';
import type {Connection} from '../net/greet.js';
import type {CallTo, SchedulerCall} from '../net/scheduler-methods.js';
import {insist} from './insist.js';
import type {MessageCall, MessageExchange} from './message-exchange.js';
import type {SchedulerSettings, Submit} from './turn-context.js';
import {confirmRunning} from './operations/confirm-running.js';
import {finishInvocation} from './operations/finish-invocation.js';
import {getAttributes} from './operations/get-attributes.js';
import {setAttributes} from './operations/set-attributes.js';
import {spawnTask} from './operations/spawn-task.js';
import {
	registerWorker,
	workerDisconnected,
	workerGone,
	workerStatus,
} from './operations/workers.js';
import type {RunRequest, WorkerLink} from './worker-link.js';

type WorkerCall = CallTo<
	| 'worker.register'
	| 'worker.status'
	| 'worker.leave'
	| 'invocation.finished'
	| 'invocation.get_attributes'
	| 'invocation.set_attributes'
	| 'invocation.spawn'
	| MessageCall['name']
>;

/** The scheduler's end of a worker's connection. */
export const createWorkerSession = ({
	connection,
	submit,
	clock,
	settings,
	exchange,
	logFolder,
	onLost,
}: {
	readonly connection: Connection;
	readonly submit: Submit;
	readonly clock: Clock;
	/** As they are now: they may change. */
	readonly settings: Pick<SchedulerSettings, 'workerGraceS' | 'killGraceS'>;
	readonly exchange: MessageExchange;
	/** For `worker.register`: where logs go on a shared file system. */
	readonly logFolder: () =>
		| {readonly path: string; readonly probe: string; readonly content: string}
		| undefined;
	/** The connection is gone without a goodbye: after the grace time, look whether the worker came back. */
	readonly onLost: (worker: WorkerId) => void;
}) => {
	const {peer} = connection;
	let id: WorkerId | undefined;
	let hasLeft = false;
	let heardAt = clock.now();

	const run = async (request: RunRequest): Promise<void> => {
		try {
			const outcome = await peer.request('invocation.run', {
				...request,
				attributes: {...request.attributes},
				environment: request.environment ?? null,
				process: {
					...request.process,
					arguments: [...request.process.arguments],
					good_exit_codes: [...request.process.good_exit_codes],
					retry_exit_codes: [...request.process.retry_exit_codes],
				},
			});
			if (outcome.kind === 'running') {
				await insist(submit, confirmRunning(request.invocation, clock.now()));
			} else {
				await notStarted(request, outcome);
			}
		} catch (error) {
			if (error instanceof FarmError && error.code === 'CLOSED') {
				// Whether it runs is told when the worker connects again.
				return;
			}

			await notStarted(request, {
				kind: 'not_started',
				message: error instanceof Error ? error.message : String(error),
			});
		}
	};

	const notStarted = async (
		{invocation}: RunRequest,
		outcome: InvocationOutcome,
	): Promise<void> => {
		if (id === undefined) {
			return;
		}

		const now = clock.now();
		await insist(
			submit,
			finishInvocation({
				invocation,
				worker: id,
				outcome,
				measures: {
					started_at: now,
					finished_at: now,
					peak_memory_bytes: null,
					cpu_s: null,
					log_bytes: 0,
				},
			}),
		);
	};

	/** Nobody waits for these: a connection that ends meanwhile is dealt with as such, and a scheduler that stops asks again when it starts. */
	const quietly = (work: Promise<unknown>): void => {
		work.catch(() => undefined);
	};

	const link: WorkerLink = {
		run(request) {
			quietly(run(request));
		},
		cancel(invocation, {forget}) {
			quietly(
				peer.request('invocation.cancel', {
					invocation,
					forget,
					grace_s: settings.killGraceS,
				}),
			);
		},
		stop({drain}) {
			quietly(peer.request('worker.stop', {drain}));
		},
		close(reason) {
			peer.close(reason);
		},
		address: connection.address,
		lastHeardAt: () => (peer.isClosed() ? heardAt : clock.now()),
	};

	void peer.closed.then(async () => {
		heardAt = clock.now();
		exchange.lost(peer);
		if (id === undefined || hasLeft) {
			return;
		}

		const worker = id;
		quietly(
			insist(submit, workerDisconnected(worker, link)).then((outcome) => {
				if (outcome === 'lost') {
					onLost(worker);
				}
			}),
		);
	});

	const register = async (call: CallTo<'worker.register'>): Promise<void> => {
		const {id: given, end} = await submit(
			registerWorker({...call.params, address: connection.address}, link),
		);
		id = given;
		call.reply({
			worker_id: given,
			end,
			log_folder: logFolder() ?? null,
			grace_s: settings.workerGraceS,
			kill_grace_s: settings.killGraceS,
		});
		// After the answer: with it the worker knows which of its invocations it still has.
		exchange.registered({worker: given, peer});
	};

	const registered = (): WorkerId => {
		if (id === undefined) {
			throw new FarmError('CONFLICT', 'This worker has not registered yet.');
		}

		return id;
	};

	return {
		id: () => id,
		/** Ask the worker for bytes of a log that is still only there. */
		peer,
		async answer(call: WorkerCall): Promise<void> {
			switch (call.name) {
				case 'worker.register': {
					await register(call);
					return;
				}

				case 'worker.status': {
					await submit(
						workerStatus(registered(), {
							error: call.params.error ?? undefined,
							isStopping: call.params.stopping,
						}),
					);
					call.reply({});
					return;
				}

				case 'worker.leave': {
					hasLeft = true;
					const worker = registered();
					await submit((turn) => {
						workerDisconnected(worker, link)(turn);
						return workerGone(worker, {said: true})(turn);
					});
					call.reply({});
					return;
				}

				case 'invocation.finished': {
					const {invocation, outcome, measures} = call.params;
					const verdict = await submit(
						finishInvocation({
							invocation,
							worker: registered(),
							outcome,
							measures,
						}),
					);
					call.reply({accepted: verdict === 'finished'});
					return;
				}

				case 'invocation.get_attributes': {
					const {invocation} = call.params;
					const attributes = await submit(
						getAttributes({invocation, worker: registered()}),
					);
					call.reply({attributes: {...attributes}});
					return;
				}

				case 'invocation.set_attributes': {
					const {
						invocation,
						set,
						delete: remove,
						request_id: requestId,
					} = call.params;
					await submit(
						setAttributes({
							asker: {invocation, worker: registered()},
							set,
							remove,
							requestId,
						}),
					);
					call.reply({});
					return;
				}

				case 'invocation.spawn': {
					const {
						invocation,
						name,
						attributes,
						environment,
						output,
						request_id: requestId,
					} = call.params;
					const child = await submit(
						spawnTask({
							asker: {invocation, worker: registered()},
							name,
							attributes,
							environment,
							output,
							requestId,
						}),
					);
					call.reply({id: child});
					return;
				}

				case 'message.offer':
				case 'message.send':
				case 'message.withdraw': {
					exchange.answer({worker: registered(), peer}, call);
				}
			}
		},
	};
};

export type WorkerSession = ReturnType<typeof createWorkerSession>;

export const isWorkerCall = (call: SchedulerCall): call is WorkerCall =>
	workerMethods.has(call.name);

const workerMethods: ReadonlySet<string> = new Set<WorkerCall['name']>([
	'worker.register',
	'worker.status',
	'worker.leave',
	'invocation.finished',
	'invocation.get_attributes',
	'invocation.set_attributes',
	'invocation.spawn',
	'message.offer',
	'message.send',
	'message.withdraw',
]);
