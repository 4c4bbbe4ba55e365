import {once} from 'node:events';
import net from 'node:net';

/** The way between one side and the scheduler, and what can be wrong with it. */
export type Cable = {
	/** `host:port` to dial. */
	readonly address: string;
	/** Ends every connection at once; new ones are made. */
	readonly cut: () => void;
	/** Ends every connection, and new ones too, until `mend`. */
	readonly refuse: () => void;
	/** What is sent to or from the scheduler, or both, arrives nowhere until `mend`; nobody is told. */
	readonly stall: (way: 'up' | 'down' | 'both') => void;
	/** Everything takes so many milliseconds longer, until `mend`. */
	readonly delay: (milliseconds: number) => void;
	/** What is sent arrives in pieces of so many bytes, until `mend`. */
	readonly crumble: (bytes: number) => void;
	readonly mend: () => void;
	readonly close: () => Promise<void>;
};

type Condition = {
	readonly refuses: boolean;
	readonly stalled: ReadonlySet<'up' | 'down'>;
	readonly delay: number;
	readonly piece: number;
};

const whole: Condition = {
	refuses: false,
	stalled: new Set(),
	delay: 0,
	piece: Infinity,
};

export const layCable = async (
	host: string,
	target: () => {readonly host: string; readonly port: number} | undefined,
): Promise<Cable> => {
	let condition = whole;
	const sockets = new Set<net.Socket>();
	const lines = new Set<() => void>();
	const server = net.createServer((near) => {
		const address = target();
		if (address === undefined || condition.refuses) {
			near.on('error', () => undefined);
			near.resetAndDestroy();
			return;
		}

		const far = net.connect(address);
		lines.add(carry(near, far, 'up'));
		lines.add(carry(far, near, 'down'));
	});

	/** Gives what moves on what waits when the condition is another. */
	const carry = (
		from: net.Socket,
		to: net.Socket,
		way: 'up' | 'down',
	): (() => void) => {
		const waiting: Array<{readonly bytes: Uint8Array; readonly at: number}> =
			[];
		let timer: NodeJS.Timeout | undefined;
		const move = (): void => {
			clearTimeout(timer);
			timer = undefined;
			if (condition.stalled.has(way)) {
				return;
			}

			for (let first = waiting[0]; first; first = waiting[0]) {
				const rest = first.at + condition.delay - performance.now();
				if (rest > 0) {
					timer = setTimeout(move, rest);
					return;
				}

				waiting.shift();
				for (
					let start = 0;
					start < first.bytes.length;
					start += condition.piece
				) {
					to.write(first.bytes.subarray(start, start + condition.piece));
				}
			}
		};

		sockets.add(from);
		from.setNoDelay(true);
		from.on('data', (bytes: Uint8Array) => {
			waiting.push({bytes, at: performance.now()});
			move();
		});
		from.on('error', () => undefined);
		from.on('close', () => {
			clearTimeout(timer);
			sockets.delete(from);
			lines.delete(move);
			to.destroy();
		});
		return move;
	};

	const become = (change: Partial<Condition>): void => {
		condition = {...condition, ...change};
		for (const move of lines) {
			move();
		}
	};

	const cut = (): void => {
		for (const socket of sockets) {
			socket.resetAndDestroy();
		}
	};

	server.listen(0, host);
	await once(server, 'listening');
	const bound = server.address();
	if (bound === null || typeof bound === 'string') {
		throw new Error('The cable ends nowhere.');
	}

	return {
		address: `${host}:${bound.port}`,
		cut,
		refuse() {
			become({refuses: true});
			cut();
		},
		stall(way) {
			become({stalled: new Set(way === 'both' ? ['up', 'down'] : [way])});
		},
		delay(milliseconds) {
			become({delay: milliseconds});
		},
		crumble(piece) {
			become({piece});
		},
		mend() {
			become(whole);
		},
		async close() {
			server.close();
			cut();
			await once(server, 'close');
		},
	};
};
