import {FarmError} from '../core/errors.js';
import type {InvocationId} from '../core/ids.js';
import type {SendOutcome} from '../net/messages/job.js';
import type {JobClient} from './job-client.js';
import type {SchedulerLine} from './scheduler-line.js';

type Message = {
	readonly to: InvocationId;
	readonly addressee: string;
	/** Base64. */
	readonly data: string;
	/** How long a receiver that runs is waited for. */
	readonly seconds: number;
	/** Its name, the same however often it is sent. */
	readonly message: string;
};

/** Resolves when the message was taken, or it is clear that it will not be. Rejects when the sender is being ended. */
type SendMessage = (
	client: JobClient,
	message: Message,
) => Promise<SendOutcome>;

/** Messages of one invocation, and of all here, that wait to be taken. */
const mostOfOne = 256;
const mostOfAll = 4096;
/** Their data, in characters. */
const mostDataOfOne = 128 * 1024 * 1024;
const mostDataOfAll = 256 * 1024 * 1024;
/** Even who would wait no time at all must ask how things stand, and a busy scheduler takes a moment to say it. */
const shortestMs = 250;
const longestTimerMs = 2 ** 31 - 1;

type Load = {count: number; data: number};

/**
Sends messages: each is offered to its receiver, wherever that is, and goes there when it is wanted. So what waits is kept here, at its sender's machine, and nobody else's memory is filled.
*/
export const createMessageSender = (line: SchedulerLine): SendMessage => {
	const onTheirWay = new Map<string, Promise<SendOutcome>>();
	const loads = new Map<InvocationId, Load>();
	const total: Load = {count: 0, data: 0};

	const send = async (
		{invocation, ending}: JobClient,
		{to, addressee, data, seconds, message}: Message,
	): Promise<SendOutcome> => {
		const late = new AbortController();
		const timer = setTimeout(
			() => {
				late.abort();
			},
			Math.min(Math.max(seconds * 1000, shortestMs), longestTimerMs),
		);
		const waiting = AbortSignal.any([ending, late.signal]);
		try {
			for (;;) {
				/* eslint-disable no-await-in-loop -- offered again where its receiver went away */
				const offered = await line.request(
					'message.offer',
					{from: invocation, to, addressee, message, size: data.length},
					waiting,
				);
				if (offered.outcome !== 'wanted') {
					return outcomeOf(offered);
				}

				const {outcome} = await line.request(
					'message.send',
					{message, data},
					ending,
				);
				if (outcome === 'taken') {
					return {outcome};
				}
				/* eslint-enable no-await-in-loop */
			}
		} catch (error) {
			if (!waiting.aborted) {
				throw error;
			}

			line.tell('message.withdraw', {message});
			if (ending.aborted) {
				throw new FarmError(
					'CONFLICT',
					`Invocation ${invocation} is being ended: its message is withdrawn.`,
					{cause: error},
				);
			}

			return {
				outcome: 'receiver-timeout',
				message: `Invocation ${to} did not wait for a message to ${JSON.stringify(addressee)} within ${seconds} s.`,
			};
		} finally {
			clearTimeout(timer);
		}
	};

	return async (client, message) => {
		const known = onTheirWay.get(message.message);
		if (known !== undefined) {
			return known;
		}

		const own = loads.get(client.invocation) ?? {count: 0, data: 0};
		const size = message.data.length;
		if (
			own.count >= mostOfOne ||
			total.count >= mostOfAll ||
			own.data + size > mostDataOfOne ||
			total.data + size > mostDataOfAll
		) {
			throw new FarmError(
				'CONFLICT',
				`Too many messages wait to be taken: ${own.count} of invocation ${client.invocation}, ${total.count} on this machine. Send it when some of them are gone.`,
			);
		}

		loads.set(client.invocation, own);
		change(own, 1, size);
		change(total, 1, size);
		const sent = send(client, message).finally(() => {
			onTheirWay.delete(message.message);
			change(own, -1, -size);
			change(total, -1, -size);
			if (own.count === 0) {
				loads.delete(client.invocation);
			}
		});
		onTheirWay.set(message.message, sent);
		return sent;
	};
};

const change = (load: Load, count: number, data: number): void => {
	load.count += count;
	load.data += data;
};

const outcomeOf = (
	offered:
		| {readonly outcome: 'taken'}
		| {readonly outcome: 'not-running'; readonly message: string}
		| {readonly outcome: 'wanted' | 'taken'},
): SendOutcome =>
	'message' in offered
		? {outcome: offered.outcome, message: offered.message}
		: {outcome: 'taken'};
