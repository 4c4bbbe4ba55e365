import os from 'node:os';
import process from 'node:process';
import {systemClock} from '../core/clock.js';
import {FarmError} from '../core/errors.js';
import {formatAddress} from '../net/address.js';
import {connectLines, type LineConnection} from '../net/connect-lines.js';
import {createFrameReader, type Frame} from '../net/frame.js';
import {decodeRpc, encodeError, rpcCodes, type RpcId} from '../net/rpc.js';
import type {CommandContext, ExitStatus} from './context.js';
import {findScheduler} from './find-scheduler.js';
import {username} from './username.js';
import {version} from './version.js';

/** `connect`: lines of standard input to the scheduler, its lines to standard output, until both have said all. */
export const run = async (context: CommandContext): Promise<ExitStatus> => {
	const {output} = context;
	const {address, key} = await findScheduler(context);
	const unanswered = createUnanswered();
	const connection = await connectLines({
		address,
		key,
		hello: {role: 'client', version, name: os.hostname(), user: username()},
		onLine(line) {
			output.print(line);
			unanswered.takeLine(line);
		},
		clock: systemClock,
	});
	if (output.isInteractive) {
		const {farm, access} = connection.welcome;
		output.message(
			`lifeblood: connected to the farm "${farm}" at ${formatAddress(address)}${access === 'view' ? ', to look only' : ''}; one JSON-RPC request a line`,
		);
	}

	let faults = 0;
	const refuse = (line: number, refused: Refused): void => {
		faults++;
		output.print(encodeError(refused.id, refused.error).trimEnd());
		output.message(
			`lifeblood: line ${line} was not sent: ${refused.error.message}`,
		);
	};

	const feed = async (): Promise<void> => {
		let count = 0;
		for await (const frame of inputFrames(process.stdin)) {
			count++;
			if (frame.kind === 'line' && frame.text.trim() === '') {
				continue;
			}

			const request = readRequest(frame);
			if (request.kind === 'refused') {
				refuse(count, request);
			} else {
				unanswered.add(request.id);
				await connection.send(request.line);
			}
		}

		await unanswered.none();
	};

	return untilDone({feed, connection, status: () => (faults > 0 ? 2 : 0)});
};

const untilDone = async ({
	feed,
	connection,
	status,
}: {
	readonly feed: () => Promise<void>;
	readonly connection: LineConnection;
	readonly status: () => ExitStatus;
}): Promise<ExitStatus> => {
	let isFed = false;
	const fed = (async () => {
		await feed();
		isFed = true;
	})();
	try {
		const reason = await Promise.race([fed, connection.closed]);
		if (!isFed) {
			throw new FarmError('CLOSED', reason ?? '');
		}

		return status();
	} finally {
		// What is still to be read would keep the program waiting.
		fed.catch(() => undefined);
		process.stdin.destroy();
		connection.close();
	}
};

/** Which requests wait for their answers. */
const createUnanswered = () => {
	const counts = new Map<RpcId, number>();
	const allAnswered = Promise.withResolvers<void>();
	let isLast = false;

	const look = (): void => {
		if (isLast && counts.size === 0) {
			allAnswered.resolve();
		}
	};

	return {
		add(id: RpcId | undefined): void {
			if (id !== undefined) {
				counts.set(id, (counts.get(id) ?? 0) + 1);
			}
		},
		takeLine(line: string): void {
			const message = decodeRpc(line);
			if (message.kind !== 'result' && message.kind !== 'error') {
				return;
			}

			const {id} = message;
			const left = id === undefined ? undefined : counts.get(id);
			if (id === undefined || left === undefined) {
				return;
			}

			if (left > 1) {
				counts.set(id, left - 1);
			} else {
				counts.delete(id);
			}

			look();
		},
		/** No more are added. */
		async none(): Promise<void> {
			isLast = true;
			look();
			await allAnswered.promise;
		},
	};
};

async function* inputFrames(
	input: AsyncIterable<unknown>,
): AsyncGenerator<Frame> {
	const frames = createFrameReader();
	for await (const chunk of input) {
		if (chunk instanceof Uint8Array) {
			yield* frames.push(chunk);
		}
	}

	// The last line may lack its end.
	if (frames.pendingBytes() > 0) {
		yield* frames.push(new Uint8Array([lineFeed]));
	}
}

const lineFeed = 0x0a;

type Refused = {
	readonly kind: 'refused';
	readonly id: RpcId | undefined;
	readonly error: {
		readonly code: number;
		readonly message: string;
		readonly data?: unknown;
	};
};

/** What the scheduler would close the connection for is answered here, so that a slip of the hand costs only its line. */
const readRequest = (
	frame: Frame,
):
	| Refused
	| {
			readonly kind: 'request';
			readonly id: RpcId | undefined;
			readonly line: string;
	  } => {
	if (frame.kind !== 'line') {
		return refusal(
			frame.kind === 'too_long'
				? 'it is longer than 8 MiB, and nothing after it is read.'
				: 'its bytes are not UTF-8.',
		);
	}

	const line = frame.text.trim();
	const message = decodeRpc(line);
	switch (message.kind) {
		case 'request': {
			return {kind: 'request', id: message.id, line};
		}

		case 'notification': {
			return {kind: 'request', id: undefined, line};
		}

		case 'malformed': {
			return {kind: 'refused', id: message.id, error: message.error};
		}

		case 'result':
		case 'error': {
			return refusal('the scheduler asks for nothing, and this is an answer.');
		}
	}
};

const refusal = (message: string): Refused => ({
	kind: 'refused',
	id: undefined,
	error: {code: rpcCodes.notRpc, message, data: {code: 'BAD_MESSAGE'}},
});
