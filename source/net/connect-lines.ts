import {randomUUID} from 'node:crypto';
import {once} from 'node:events';
import type {Clock} from '../core/clock.js';
import {FarmError} from '../core/errors.js';
import {formatAddress, type Address} from './address.js';
import type {ConnectOptions, Welcome} from './connect.js';
import {beforeDeadline} from './deadline.js';
import {createFrameReader, type Frame} from './frame.js';
import type {FarmKey} from './key.js';
import {watchLiveness} from './liveness.js';
import {openSocket} from './open-socket.js';
import {protocol} from './protocol.js';
import {decodeRpc, encodeRequest, encodeResult, fromRpcError} from './rpc.js';
import {schedulerMethods} from './scheduler-methods.js';

/** A connection to a scheduler for whoever speaks the protocol himself. */
export type LineConnection = {
	readonly welcome: Welcome;
	/** One message, as it is. Resolves when the next one may come. */
	readonly send: (line: string) => Promise<void>;
	/** Sends what waits, and ends the connection. */
	readonly close: () => void;
	/** Why it ended, as soon as it has. Never rejects. */
	readonly closed: Promise<string>;
};

/**
Connects to a scheduler, says hello, and from then on passes lines on as they are, but for what keeps the connection alive: it answers the scheduler's pings, and asks itself.

Rejects as `connect` does.
*/
export const connectLines = async ({
	address,
	key,
	hello,
	onLine,
	clock,
	timeoutMs = 10_000,
}: {
	readonly address: Address;
	readonly key: FarmKey | undefined;
	readonly hello: ConnectOptions['hello'];
	/** Without its line feed. */
	readonly onLine: (line: string) => void;
	readonly clock: Clock;
	readonly timeoutMs?: number;
}): Promise<LineConnection> => {
	const place = formatAddress(address);
	return beforeDeadline(
		{place, timeoutMs, signal: undefined},
		async (until) => {
			const socket = await openSocket(address, key, until);
			const greeting = Promise.withResolvers<Welcome>();
			const closed = Promise.withResolvers<string>();
			// Theirs and ours do not meet.
			const ownId = randomUUID();
			let isGreeted = false;

			const end = (reason: string): void => {
				closed.resolve(reason);
				greeting.reject(new FarmError('CLOSED', reason));
				liveness.stop();
				socket.end();
				setTimeout(() => {
					socket.destroy();
				}, lingerMs).unref();
			};

			const liveness = watchLiveness({
				clock,
				pingAfterMs: 5000,
				closeAfterMs: 20_000,
				isPaused: () => false,
				ping() {
					socket.write(encodeRequest(ownId, 'ping', {}));
				},
				giveUp() {
					end(`${place} has not answered for 20 s.`);
				},
			});

			const takeGreeting = (text: string): void => {
				const message = decodeRpc(text);
				if (message.kind === 'result') {
					const welcome = schedulerMethods.hello.result.safeParse(
						message.result,
					);
					if (welcome.success) {
						isGreeted = true;
						greeting.resolve(welcome.data);
					} else {
						end(`${place} answered the hello with what is no welcome.`);
					}
				} else if (message.kind === 'error') {
					greeting.reject(fromRpcError(message.error));
					end(message.error.message);
				}
			};

			const takeLine = (text: string): void => {
				const message = decodeRpc(text);
				if (message.kind === 'request' && message.method === 'ping') {
					socket.write(encodeResult(message.id, {}));
				} else if (message.kind !== 'result' || message.id !== ownId) {
					onLine(text);
				}
			};

			const takeFrame = (frame: Frame): void => {
				if (frame.kind !== 'line') {
					end(`${place} sent what is no line of text.`);
				} else if (isGreeted) {
					takeLine(frame.text);
				} else {
					takeGreeting(frame.text);
				}
			};

			const frames = createFrameReader();
			socket.on('data', (chunk: Uint8Array) => {
				liveness.heard();
				for (const frame of frames.push(chunk)) {
					takeFrame(frame);
				}
			});
			socket.on('error', (error: NodeJS.ErrnoException) => {
				end(
					`The connection to ${place} broke: ${error.code ?? error.message}.`,
				);
			});
			socket.on('close', () => {
				end(`${place} closed the connection.`);
			});
			const onAbort = (): void => {
				greeting.reject(until.reason);
				end('The hello was not answered.');
			};

			until.addEventListener('abort', onAbort, {once: true});
			try {
				socket.write(
					encodeRequest(ownId, 'hello', {
						...hello,
						protocol: [protocol[0], protocol[1]],
					}),
				);
				return {
					welcome: await greeting.promise,
					async send(line) {
						if (!socket.write(`${line}\n`)) {
							await Promise.race([once(socket, 'drain'), closed.promise]);
						}
					},
					close() {
						end('This side closed the connection.');
					},
					closed: closed.promise,
				};
			} finally {
				until.removeEventListener('abort', onAbort);
			}
		},
	);
};

/** How long a closed connection may take to get its last words out. */
const lingerMs = 1000;
