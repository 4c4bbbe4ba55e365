import net from 'node:net';
import process from 'node:process';
import {FarmError} from '../core/errors.js';
import {formatAddress} from '../net/address.js';
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

/**
Asks the worker that runs this process, and gives its answer as it came: to load the schemas takes longer than all the rest of a call, so whoever asks looks at the fields that it needs.

@throws FarmError `UNREACHABLE` outside a job, and where its worker is gone; `CLOSED` where it goes before it answers; `BAD_MESSAGE`; and what the worker answers, such as `REFUSED`
*/
export const askJobInterface = async <Name extends keyof Methods & string>(
	name: Name,
	params: Omit<ParamsInput<Methods, Name>, 'token'>,
): Promise<JobResult> => {
	const {
		LIFEBLOOD_RUNTIME_SCHEDULER_ADDR: written = '',
		LIFEBLOOD_RUNTIME_TOKEN: token = '',
	} = process.env;
	if (written === '' || token === '') {
		throw new FarmError(
			'UNREACHABLE',
			'This process is no job of a farm: LIFEBLOOD_RUNTIME_SCHEDULER_ADDR and LIFEBLOOD_RUNTIME_TOKEN are not in its environment. `lifeblood job` works in processes that a worker has started.',
		);
	}

	const address = parseAddress(written, 'LIFEBLOOD_RUNTIME_SCHEDULER_ADDR');
	const where = formatAddress(address);
	const {promise, resolve, reject} = Promise.withResolvers<JobResult>();
	const socket = net.connect(address);
	const reader = createFrameReader();
	socket.on('connect', () => {
		socket.write(encodeRequest(1, name, {token, ...params}));
	});
	socket.on('data', (bytes) => {
		for (const frame of reader.push(bytes)) {
			const message = decodeRpc(frame.kind === 'line' ? frame.text : '');
			if (message.kind === 'request') {
				// Nothing but whether this side is there still.
				socket.write(encodeResult(message.id, {}));
			} else if (message.kind === 'error') {
				reject(fromRpcError(message.error));
			} else if (message.kind === 'result' && isRecord(message.result)) {
				resolve(message.result);
			} else {
				reject(strangeAnswer());
			}
		}
	});
	socket.on('error', (error) => {
		reject(
			socket.pending
				? new FarmError(
						'UNREACHABLE',
						`Nobody answers at the job interface ${where}: the worker that started this process is not running.`,
						{cause: error},
					)
				: gone(where, error),
		);
	});
	socket.on('close', () => {
		reject(gone(where));
	});
	try {
		return await promise;
	} finally {
		socket.destroy();
	}
};

/** An answer is not what was agreed. */
export const strangeAnswer = (): FarmError =>
	new FarmError(
		'BAD_MESSAGE',
		'The job interface gave an answer that this program does not understand: it belongs to another version of lifeblood.',
	);

const gone = (where: string, cause?: Error): FarmError =>
	new FarmError(
		'CLOSED',
		`The job interface ${where} closed the connection before it answered: the worker has ended, or this invocation has.`,
		{cause},
	);

const isRecord = (value: unknown): value is JobResult =>
	typeof value === 'object' && value !== null && !Array.isArray(value);
