import {randomUUID} from 'node:crypto';
import {FarmError} from '../core/errors.js';
import type {InvocationId} from '../core/ids.js';
import type {ParamsInput, ResultOf} from '../net/messages/method.js';
import type {SchedulerMethods} from '../net/scheduler-methods.js';
import {createFairWindow} from './fair-window.js';
import type {JobCall, JobConnection} from './job-client.js';
import type {Mailboxes} from './mailboxes.js';
import {createMessageSender} from './message-sender.js';
import {mapToFarm, mapToHere, type PathSettings} from './path-mapping.js';
import type {Progress} from './progress-pattern.js';
import type {SchedulerLine} from './scheduler-line.js';

type JobCallsOptions = {
	readonly line: SchedulerLine;
	/** Paths are said as this machine has them, and kept as the farm has them. */
	readonly paths: PathSettings;
	readonly mailboxes: Mailboxes;
	readonly onProgress: (invocation: InvocationId, progress: Progress) => void;
};

/** Characters of requests to the scheduler, and of answers: with much more at a time the one connection that the worker has would be closed as too slow. */
const mostUnderWay = 16 * 1024 * 1024;
/** What an answer is taken to be; few are half as large, and none is larger than twice that. */
const usualAnswer = 4 * 1024 * 1024;

/** Answers what processes ask for. */
export const createJobCalls = ({
	line,
	paths,
	mailboxes,
	onProgress,
}: JobCallsOptions): ((call: JobCall, connection: JobConnection) => void) => {
	const send = createMessageSender(line);
	const underWay = createFairWindow<InvocationId>(mostUnderWay);

	/** Ask the scheduler, once there is room for so many characters. */
	const pass = async <Name extends keyof SchedulerMethods & string>(
		name: Name,
		params: ParamsInput<SchedulerMethods, Name>,
		{
			invocation,
			size,
			signal,
		}: {
			readonly invocation: InvocationId;
			readonly size: number;
			readonly signal: AbortSignal;
		},
	): Promise<ResultOf<SchedulerMethods, Name>> => {
		const leave = await underWay.enter(invocation, size, signal);
		return line.request(name, params, signal).finally(leave);
	};

	const answer = async (
		call: JobCall,
		connection: JobConnection,
	): Promise<void> => {
		const {client} = connection;
		const {invocation, over} = client;
		switch (call.name) {
			case 'job.get_attributes': {
				// Unlike what changes something, it is of no use to who has gone.
				const wanted = AbortSignal.any([over, connection.gone]);
				const {attributes} = await pass(
					'invocation.get_attributes',
					{invocation},
					{invocation, size: usualAnswer, signal: wanted},
				);
				call.reply({attributes: mapToHere(paths).attributes(attributes)});
				return;
			}

			case 'job.set_attributes': {
				const {set, delete: remove, request_id: requestId} = call.params;
				call.reply(
					await pass(
						'invocation.set_attributes',
						{
							invocation,
							set: mapToFarm(paths).attributes(set),
							delete: remove,
							request_id: requestIdOf(invocation, requestId),
						},
						{invocation, size: sizeOf(set), signal: over},
					),
				);
				return;
			}

			case 'job.spawn': {
				const {token: _, request_id: requestId, ...child} = call.params;
				const {environment} = child;
				const farm = mapToFarm(paths);
				call.reply(
					await pass(
						'invocation.spawn',
						{
							invocation,
							...child,
							attributes: farm.attributes(child.attributes),
							...(environment !== undefined && {
								environment: farm.environment(environment),
							}),
							request_id: requestIdOf(invocation, requestId),
						},
						{invocation, size: sizeOf(child), signal: over},
					),
				);
				return;
			}

			case 'job.progress': {
				const {percent, status} = call.params;
				onProgress(invocation, {
					...(percent !== undefined && {percent}),
					...(status !== undefined && {status}),
				});
				call.reply({});
				return;
			}

			case 'job.send': {
				const {
					to,
					addressee,
					data,
					timeout_s: seconds,
					request_id: requestId,
				} = call.params;
				call.reply(
					await send(client, {
						to,
						addressee,
						data,
						seconds,
						message: requestIdOf(invocation, requestId),
					}),
				);
				return;
			}

			case 'job.receive': {
				mailboxes.receive(call, connection);
			}
		}
	};

	return (call, connection) => {
		answer(call, connection).catch((error: unknown) => {
			call.refuse(
				error instanceof FarmError
					? error
					: new FarmError(
							'INTERNAL',
							`${call.name} failed by a defect of the worker.`,
							{cause: error},
						),
			);
		});
	};
};

const sizeOf = (value: unknown): number => JSON.stringify(value).length;

/** Requests of one invocation never meet those of another, whatever they call themselves. */
const requestIdOf = (
	invocation: InvocationId,
	given: string | undefined,
): string => `job ${invocation} ${given ?? randomUUID()}`;
