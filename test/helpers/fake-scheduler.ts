/* eslint-disable @typescript-eslint/no-restricted-types -- of logs tests make texts, which a Buffer does best */
import {Buffer} from 'node:buffer';
import type {z} from 'zod';
import {systemClock} from '../../source/core/clock.js';
import {FarmError} from '../../source/core/errors.js';
import {
	invocationId,
	taskId,
	workerId,
	type InvocationId,
} from '../../source/core/ids.js';
import {unpackMarks, type LogMark} from '../../source/core/log-marks.js';
import type {Address} from '../../source/net/address.js';
import type {Connection} from '../../source/net/greet.js';
import type {FarmKey} from '../../source/net/key.js';
import {createListener} from '../../source/net/listener.js';
import type {ParamsOf, ResultOf} from '../../source/net/messages/method.js';
import type {
	schedulerToWorker,
	workerNotices,
	workerToScheduler,
} from '../../source/net/messages/worker.js';
import type {CallTo} from '../../source/net/scheduler-methods.js';
import {until} from './until.js';

type Registration = ParamsOf<typeof workerToScheduler, 'worker.register'>;
type Finished = ParamsOf<typeof workerToScheduler, 'invocation.finished'>;
type Status = ParamsOf<typeof workerToScheduler, 'worker.status'>['error'];
type Progress = z.output<(typeof workerNotices)['invocation.progress']>;
type RunRequest = ParamsOf<typeof schedulerToWorker, 'invocation.run'>;

export type FakeScheduler = {
	readonly address: Address;
	readonly registrations: Registration[];
	readonly finished: Finished[];
	readonly progress: Progress[];
	readonly left: string[];
	readonly statuses: Status[];
	/** What was uploaded, by invocation; complete ones only. */
	readonly logs: Map<number, Buffer>;
	/** What came before them of when, and by which output, their bytes were written. */
	readonly marks: Map<number, readonly LogMark[]>;
	/** What processes asked for; `onAsked` answers it, at first at once. */
	readonly asked: JobRequest[];
	onAsked: (request: JobRequest) => void;
	readonly run: (
		invocation: number,
		command: readonly string[],
		more?: Partial<RunRequest['process']> & {
			readonly attributes?: RunRequest['attributes'];
			readonly task_environment?: RunRequest['environment'];
			/** Reserved for it. */
			readonly memory_bytes?: number;
		},
	) => Promise<ResultOf<typeof schedulerToWorker, 'invocation.run'>>;
	readonly cancel: (
		invocation: number,
		more?: {readonly forget?: boolean; readonly grace_s?: number},
	) => Promise<boolean>;
	readonly readLog: (invocation: number, offset?: number) => Promise<string>;
	/** Of a log that is still with its worker. */
	readonly readMarks: (invocation: number) => Promise<readonly LogMark[]>;
	readonly stopWorker: (drain: boolean) => Promise<void>;
	readonly end: (invocation: number) => Promise<Finished>;
	readonly connected: () => Promise<Connection>;
	/** Answers to `invocation.finished` fail as with a full disk while this is false. */
	isTaking: boolean;
	/** The same for logs. */
	isTakingLogs: boolean;
	refusedLogs: number;
	/** What the next registration is told to end. */
	toEnd: number[];
	/** Close connections, and let nobody in until `open`. */
	readonly shut: () => void;
	readonly open: () => void;
	readonly stop: () => Promise<void>;
};

/** What a worker asks for in the name of a process. */
export type JobRequest = CallTo<
	'invocation.get_attributes' | 'invocation.set_attributes' | 'invocation.spawn'
>;

const answerAtOnce = (request: JobRequest): void => {
	switch (request.name) {
		case 'invocation.get_attributes': {
			request.reply({attributes: {of: request.params.invocation}});
			break;
		}

		case 'invocation.set_attributes': {
			request.reply({});
			break;
		}

		case 'invocation.spawn': {
			request.reply({id: taskId(77)});
			break;
		}
	}
};

type Options = {
	readonly key: FarmKey;
	readonly database?: string;
	readonly graceS?: number;
	readonly killGraceS?: number;
	readonly logFolder?: {
		readonly path: string;
		readonly probe: string;
		readonly content: string;
	};
};

/** The other end of a worker's connection: real bytes on a real port, and what was said is kept for a test to look at. */
export const startFakeScheduler = async ({
	key,
	database = 'farm-1',
	graceS = 60,
	killGraceS = 0.5,
	logFolder,
}: Options): Promise<FakeScheduler> => {
	const connections: Connection[] = [];
	const pieces = new Map<number, Buffer[]>();
	let isOpen = true;
	const scheduler = {
		registrations: [] as Registration[],
		finished: [] as Finished[],
		progress: [] as Progress[],
		left: [] as string[],
		statuses: [] as Status[],
		logs: new Map<number, Buffer>(),
		marks: new Map<number, readonly LogMark[]>(),
		asked: [] as JobRequest[],
		onAsked: answerAtOnce,
		isTaking: true,
		isTakingLogs: true,
		refusedLogs: 0,
		toEnd: [] as number[],
	};
	let registered = 0;
	const listener = createListener({
		ports: [{host: '127.0.0.1', port: 0}],
		keys: () => [key],
		identity: () => ({farm: 'test', databaseId: database, version: '1.2.3'}),
		accept(connection) {
			if (!isOpen) {
				throw new FarmError('CONFLICT', 'Not now.');
			}

			connections.push(connection);
			return {
				onRequest(call) {
					// eslint-disable-next-line @typescript-eslint/switch-exhaustiveness-check -- all that a worker asks for
					switch (call.name) {
						case 'worker.register': {
							scheduler.registrations.push(call.params);
							registered = connections.length;
							call.reply({
								worker_id: workerId(1),
								end: scheduler.toEnd.map((id) => invocationId(id)),
								log_folder: logFolder ?? null,
								grace_s: graceS,
								kill_grace_s: killGraceS,
							});
							break;
						}

						case 'invocation.finished': {
							if (scheduler.isTaking) {
								scheduler.finished.push(call.params);
								call.reply({accepted: true});
							} else {
								call.refuse(new FarmError('STORAGE', 'The disk is full.'));
							}

							break;
						}

						case 'worker.leave': {
							scheduler.left.push(connection.name);
							call.reply({});
							break;
						}

						case 'worker.status': {
							scheduler.statuses.push(call.params.error);
							call.reply({});
							break;
						}

						case 'log.append': {
							if (!scheduler.isTakingLogs) {
								scheduler.refusedLogs++;
								call.refuse(new FarmError('STORAGE', 'The disk is full.'));
								break;
							}

							const {invocation, offset, data, last} = call.params;
							const list = offset === 0 ? [] : (pieces.get(invocation) ?? []);
							pieces.set(invocation, [...list, Buffer.from(data, 'base64')]);
							if (last) {
								scheduler.logs.set(
									invocation,
									Buffer.concat(pieces.get(invocation) ?? []),
								);
								pieces.delete(invocation);
							}

							call.reply({});
							break;
						}

						case 'log.mark': {
							scheduler.marks.set(
								call.params.invocation,
								unpackMarks(call.params),
							);
							call.reply({});
							break;
						}

						case 'invocation.get_attributes':
						case 'invocation.set_attributes':
						case 'invocation.spawn': {
							scheduler.asked.push(call);
							scheduler.onAsked(call);
							break;
						}

						default: {
							call.refuse(
								new FarmError('INVALID', `A worker asked for ${call.name}.`),
							);
						}
					}
				},
				onNotice(notice) {
					scheduler.progress.push(notice.params);
				},
			};
		},
		clock: systemClock,
	});
	const signal = new AbortController();
	await listener.start(signal.signal);
	const [address] = listener.addresses();
	if (address === undefined) {
		throw new Error('The listener has no address');
	}

	const connected = async (): Promise<Connection> =>
		until(
			() => {
				const last = connections.at(-1);
				return last !== undefined &&
					!last.peer.isClosed() &&
					registered === connections.length
					? last
					: undefined;
			},
			{what: 'a worker to register', within: 20_000},
		);

	return Object.assign(scheduler, {
		address,
		connected,
		async run(
			invocation: number,
			command: readonly string[],
			{
				attributes = {},
				task_environment: environment = null,
				memory_bytes = 0,
				...more
			}: Parameters<FakeScheduler['run']>[2] = {},
		) {
			const {peer} = await connected();
			return peer.request('invocation.run', {
				invocation: invocationId(invocation),
				task: taskId(invocation + 1000),
				task_name: 'task',
				node: 'node',
				attempt: 1,
				attributes,
				environment,
				resources: {cpus: 1, memory_bytes, gpus: 0, gpu_memory_bytes: 0},
				process: {
					arguments: [...command],
					environment: {},
					files: {},
					cwd: '',
					good_exit_codes: [0],
					retry_exit_codes: [],
					progress_regex: '',
					time_limit_s: 0,
					silence_limit_s: 0,
					...more,
				},
			});
		},
		async cancel(
			invocation: number,
			{
				forget = false,
				grace_s = 0.3,
			}: {readonly forget?: boolean; readonly grace_s?: number} = {},
		) {
			const {peer} = await connected();
			const {known} = await peer.request('invocation.cancel', {
				invocation: invocationId(invocation),
				forget,
				grace_s,
			});
			return known;
		},
		async readLog(invocation: number, offset = 0) {
			const {peer} = await connected();
			const {data} = await peer.request('log.read', {
				invocation: invocationId(invocation),
				offset,
				limit: 1_000_000,
			});
			return Buffer.from(data, 'base64').toString();
		},
		async readMarks(invocation: number) {
			const {peer} = await connected();
			return unpackMarks(
				await peer.request('log.marks', {
					invocation: invocationId(invocation),
					offset: 0,
					limit: 1_000_000,
				}),
			);
		},
		async stopWorker(drain: boolean) {
			const {peer} = await connected();
			await peer.request('worker.stop', {drain});
		},
		end: async (invocation: number) =>
			until(
				() =>
					scheduler.finished.find(
						(finished) => finished.invocation === invocation,
					),
				{
					what: `the end of invocation ${invocation}`,
					within: 20_000,
				},
			),
		shut() {
			isOpen = false;
			for (const {peer} of connections) {
				peer.close('shut');
			}
		},
		open() {
			isOpen = true;
		},
		async stop() {
			await listener.stop();
		},
	});
};
