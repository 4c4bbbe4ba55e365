import {Buffer} from 'node:buffer';
import net from 'node:net';
import process from 'node:process';
import {setTimeout as delay} from 'node:timers/promises';
import {FarmError} from '../core/errors.js';
import {formatAddress, type Address} from '../net/address.js';
import {createFrameReader} from '../net/frame.js';
import type {jobToWorker} from '../net/messages/job.js';
import type {ParamsInput} from '../net/messages/method.js';
import {
	decodeRpc,
	encodeRequest,
	encodeResult,
	fromRpcError,
} from '../net/rpc.js';
import {parseAddress} from './parse-address.js';

type Methods = typeof jobToWorker;

export type JobResult = Readonly<Record<string, unknown>>;

/** How long a worker may be away that is started again while its processes run on. */
const usualPatienceMs = 30_000;
const pauseMs = 100;

/** A worker takes longer lines only from whoever has shown a token on the same connection. */
const longestOfStrangers = 60 * 1024;

/**
Asks the worker that runs this process, and gives its answer as it came: to load the schemas takes longer than all the rest of a call, so whoever asks looks at the fields that it needs.

A worker that is started again listens at the same place: it is waited for, and asked again what may be asked twice.

@param name of the request
@param params what is asked, so many seconds after the first time
@param patienceMs how long a worker is waited for that is away
@throws FarmError `UNREACHABLE` outside a job, and where its worker is gone; `CLOSED` where it went before it answered; `BAD_MESSAGE`; and what the worker answers, such as `REFUSED`
*/
export const askJobInterface = async <Name extends keyof Methods & string>(
	name: Name,
	params: (elapsedS: number) => Omit<ParamsInput<Methods, Name>, 'token'>,
	patienceMs = usualPatienceMs,
): Promise<JobResult> => {
	const {address, token} = thisJob();
	const started = milliseconds();
	// Unique on this machine, and the worker keeps invocations apart; it is for all tries the same.
	const requestId = `${process.pid} ${process.hrtime.bigint()}`;
	let deadline = started + patienceMs;
	for (;;) {
		/* eslint-disable no-await-in-loop -- one try after the other */
		const begun = milliseconds();
		const answer = await askOnce(address, name, {
			token,
			...params((begun - started) / 1000),
			...(changes.has(name) && {request_id: requestId}),
		});
		if (answer.kind === 'answered') {
			return answer.result;
		}

		const now = milliseconds();
		if (now - begun > patienceMs) {
			// It was there for long: it has just gone.
			deadline = now + patienceMs;
		}

		if (now > deadline || (name === 'job.send' && answer.wasAsked)) {
			throw answer.error;
		}

		await delay(pauseMs);
		/* eslint-enable no-await-in-loop */
	}
};

/** An answer is not what was agreed. */
export const strangeAnswer = (): FarmError =>
	new FarmError(
		'BAD_MESSAGE',
		'The job interface gave an answer that this program does not understand: it belongs to another version of lifeblood.',
	);

/** Asked twice with the same `request_id`, these happen once. */
const changes: ReadonlySet<string> = new Set<keyof Methods>([
	'job.set_attributes',
	'job.spawn',
]);

const thisJob = (): {readonly address: Address; readonly token: string} => {
	const {
		LIFEBLOOD_RUNTIME_SCHEDULER_ADDR: address = '',
		LIFEBLOOD_RUNTIME_TOKEN: token = '',
	} = process.env;
	if (address === '' || token === '') {
		throw new FarmError(
			'UNREACHABLE',
			'This process is no job of a farm: LIFEBLOOD_RUNTIME_SCHEDULER_ADDR and LIFEBLOOD_RUNTIME_TOKEN are not in its environment. `lifeblood job` works in processes that a worker has started.',
		);
	}

	return {
		address: parseAddress(address, 'LIFEBLOOD_RUNTIME_SCHEDULER_ADDR'),
		token,
	};
};

/** Of a clock that only runs on. Node loads `performance` when it is first used, which takes as long as a tenth of a call. */
const milliseconds = (): number => Number(process.hrtime.bigint()) / 1e6;

type Answer =
	| {readonly kind: 'answered'; readonly result: JobResult}
	| {
			readonly kind: 'away';
			readonly wasAsked: boolean;
			readonly error: FarmError;
	  };

const askOnce = async (
	address: Address,
	name: string,
	params: Readonly<{token: string}>,
): Promise<Answer> => {
	const {promise, resolve, reject} = Promise.withResolvers<Answer>();
	const socket = net.connect(address);
	const reader = createFrameReader();
	let wasAsked = false;
	const leave = (cause?: Error): void => {
		const where = formatAddress(address);
		resolve({
			kind: 'away',
			wasAsked,
			error: wasAsked
				? new FarmError(
						'CLOSED',
						`The job interface ${where} closed the connection before it answered: the worker has ended, or this invocation has.`,
						{cause},
					)
				: new FarmError(
						'UNREACHABLE',
						`Nobody answers at the job interface ${where}: the worker that started this process is not running.`,
						{cause},
					),
		});
	};

	const line = encodeRequest(1, name, params);
	const ask = (): void => {
		wasAsked = true;
		socket.write(line);
	};

	socket.on('connect', () => {
		if (Buffer.byteLength(line) <= longestOfStrangers) {
			ask();
		} else {
			// This reports nothing, and shows the token.
			const {token} = params;
			socket.write(encodeRequest(0, 'job.progress', {token}));
		}
	});
	socket.on('data', (bytes) => {
		for (const frame of reader.push(bytes)) {
			const message = decodeRpc(frame.kind === 'line' ? frame.text : '');
			if (message.kind === 'request') {
				// Nothing but whether this side is there still.
				socket.write(encodeResult(message.id, {}));
			} else if (message.kind === 'error') {
				reject(fromRpcError(message.error));
			} else if (message.kind === 'result' && message.id === 0) {
				ask();
			} else if (message.kind === 'result' && isRecord(message.result)) {
				resolve({kind: 'answered', result: message.result});
			} else {
				reject(strangeAnswer());
			}
		}
	});
	socket.on('error', leave);
	socket.on('close', () => {
		leave();
	});
	try {
		return await promise;
	} finally {
		socket.destroy();
	}
};

const isRecord = (value: unknown): value is JobResult =>
	typeof value === 'object' && value !== null && !Array.isArray(value);
