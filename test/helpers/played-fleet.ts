import type {InvocationId, TaskId, WorkerId} from '../../source/core/ids.js';
import type {InvocationOutcome} from '../../source/core/invocation.js';
import {confirmRunning} from '../../source/scheduler/operations/confirm-running.js';
import {finishInvocation} from '../../source/scheduler/operations/finish-invocation.js';
import {
	registerWorker,
	workerDisconnected,
	workerGone,
} from '../../source/scheduler/operations/workers.js';
import type {Operation} from '../../source/scheduler/turn-context.js';
import type {
	RunRequest,
	WorkerLink,
} from '../../source/scheduler/worker-link.js';

/** A process that a played worker has. */
type Process = {
	readonly invocation: InvocationId;
	readonly task: TaskId;
	/** The scheduler was right to give it up: its worker could not be reached for too long. */
	isLost: boolean;
};

type Submit = <Value>(operation: Operation<Value>) => Promise<Value>;

/**
Workers as the real one behaves, processes included: they go on when the connection or the scheduler is gone, and their results are kept until somebody takes them. Whatever the scheduler asks for that must never happen is noted in `faults`.
*/
export const createPlayedFleet = (submit: Submit, now: () => number) => {
	const faults: string[] = [];
	const workers: PlayedWorker[] = [];

	const add = ({
		name,
		machine,
		cpus,
	}: {
		readonly name: string;
		readonly machine: string;
		readonly cpus: number;
	}): PlayedWorker => {
		const processes = new Map<InvocationId, Process>();
		const unreported = new Map<InvocationId, InvocationOutcome>();
		let link: WorkerLink | undefined;
		let id: WorkerId | undefined;

		const isTwice = (task: TaskId): boolean =>
			workers.some((worker) =>
				worker
					.processes()
					.some((process) => process.task === task && !process.isLost),
			);

		const makeLink = (): WorkerLink => {
			const made: WorkerLink = {
				run({invocation, task}: RunRequest) {
					if (link !== made) {
						return;
					}

					if (isTwice(task)) {
						faults.push(
							`Task ${task} was given to ${name} as invocation ${invocation} while another process of it runs.`,
						);
					}

					processes.set(invocation, {invocation, task, isLost: false});
				},
				cancel: () => undefined,
				stop: () => undefined,
				close: () => undefined,
				address: '127.0.0.1:1',
				lastHeardAt: now,
			};
			return made;
		};

		const report = async (
			invocation: InvocationId,
			outcome: InvocationOutcome,
		): Promise<void> => {
			unreported.set(invocation, outcome);
			if (link === undefined || id === undefined) {
				return;
			}

			await submit(
				finishInvocation({
					invocation,
					worker: id,
					outcome,
					measures: {
						started_at: now(),
						finished_at: now(),
						peak_memory_bytes: null,
						cpu_s: null,
						log_bytes: 0,
					},
				}),
			);
			unreported.delete(invocation);
		};

		const worker: PlayedWorker = {
			name,
			processes: () => processes.values().toArray(),
			isConnected: () => link !== undefined,
			async connect() {
				const made = makeLink();
				link = made;
				const {id: given, end} = await submit(
					registerWorker(
						{
							name,
							machine_id: machine,
							host: machine,
							address: '127.0.0.1:1',
							type: 'standard',
							groups: [],
							capabilities: {},
							resources: {
								cpus,
								memory_bytes: 2 ** 34,
								gpus: 0,
								gpu_memory_bytes: 0,
							},
							resolver: 'trivial',
							version: '0',
							once: false,
							running: processes.keys().toArray(),
							unreported: unreported.keys().toArray(),
						},
						made,
					),
				);
				if (link !== made) {
					return;
				}

				id = given;
				for (const invocation of end) {
					processes.delete(invocation);
					unreported.delete(invocation);
				}

				for (const [invocation, outcome] of unreported) {
					await report(invocation, outcome); // eslint-disable-line no-await-in-loop -- one after the other, as a worker does
				}
			},
			async disconnect() {
				const lost = link;
				link = undefined;
				if (lost && id !== undefined) {
					await submit(workerDisconnected(id, lost));
				}
			},
			async lose() {
				if (link !== undefined || id === undefined) {
					return;
				}

				for (const process of processes.values()) {
					process.isLost = true;
				}

				await submit(workerGone(id, {said: false}));
			},
			crash() {
				processes.clear();
			},
			cut() {
				link = undefined;
			},
			async confirm(invocation) {
				if (link) {
					await submit(confirmRunning(invocation, now()));
				}
			},
			async finish(invocation, outcome) {
				processes.delete(invocation);
				await report(invocation, outcome);
			},
		};
		workers.push(worker);
		return worker;
	};

	return {add, workers, faults};
};

export type PlayedWorker = {
	readonly name: string;
	readonly processes: () => readonly Process[];
	readonly isConnected: () => boolean;
	readonly connect: () => Promise<void>;
	/** The connection drops, and the scheduler sees it. */
	readonly disconnect: () => Promise<void>;
	/** The grace time has passed without it. */
	readonly lose: () => Promise<void>;
	/** All processes are gone without a trace, as when the machine lost power. */
	readonly crash: () => void;
	/** The scheduler is gone. */
	readonly cut: () => void;
	readonly confirm: (invocation: InvocationId) => Promise<void>;
	readonly finish: (
		invocation: InvocationId,
		outcome: InvocationOutcome,
	) => Promise<void>;
};
