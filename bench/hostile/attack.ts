import {Buffer} from 'node:buffer';
import type {Socket} from 'node:net';
import fc from 'fast-check';
import {schedulerMethods} from '../../source/net/scheduler-methods.js';
import {jobToWorker} from '../../source/net/messages/job.js';
import {anyMessage} from './any-message.js';
import type {AttackContext, Attacker} from './attacker.js';
import {datagrams} from './attackers/datagrams.js';
import {tokenGuesses} from './attackers/jobs.js';
import {
	asksAndNeverReads,
	asksWithoutEnd,
	endlessLines,
	neverGreets,
	slowReaders,
	slowWriters,
	spoiltMessages,
} from './attackers/peers.js';
import {
	statusFloods,
	statusNeverReads,
	statusSlowWriters,
} from './attackers/status.js';
import {
	brokenHandshakes,
	connectsByTheThousand,
	noise,
	slowHandshake,
	wrongKeys,
} from './attackers/strangers.js';
import {createRandom} from './random.js';

const attackers: ReadonlyMap<string, Attacker> = new Map([
	['connectsByTheThousand', connectsByTheThousand],
	['noise', noise],
	['brokenHandshakes', brokenHandshakes],
	['wrongKeys', wrongKeys],
	['slowHandshake', slowHandshake],
	['spoiltMessages', spoiltMessages],
	['asksAndNeverReads', asksAndNeverReads],
	['asksWithoutEnd', asksWithoutEnd],
	['slowReaders', slowReaders],
	['slowWriters', slowWriters],
	['neverGreets', neverGreets],
	['endlessLines', endlessLines],
	['datagrams', datagrams],
	['tokenGuesses', tokenGuesses],
	['statusFloods', statusFloods],
	['statusSlowWriters', statusSlowWriters],
	['statusNeverReads', statusNeverReads],
]);

/** So many sockets are held at most; the oldest go first. */
const mostHeld = 3000;

const messagesMade = 2000;

/** All kinds of harm at once, each on its own, until the signal. The same seed makes the same decisions; when each of them comes is the machine's. */
export const attack = async ({
	only,
	seed,
	...given
}: Omit<AttackContext, 'messages' | 'random' | 'hold'> & {
	/** Names; none: all. */
	readonly only: readonly string[];
	readonly seed: number;
}): Promise<void> => {
	const messages = fc
		.sample(anyMessage({...schedulerMethods, ...jobToWorker}), {
			seed,
			numRuns: messagesMade,
		})
		.map((text) => Buffer.from(text));
	const held = new Set<Socket>();
	const hold = <Held extends Socket>(socket: Held): Held => {
		held.add(socket);
		socket.on('error', () => undefined);
		socket.once('close', () => {
			held.delete(socket);
		});
		if (held.size > mostHeld) {
			const [oldest] = held;
			oldest?.destroy();
		}

		return socket;
	};

	try {
		await Promise.all(
			[...attackers]
				.filter(([name]) => only.length === 0 || only.includes(name))
				.map(async ([, attacker], index) =>
					attacker({
						...given,
						messages,
						hold,
						random: createRandom(seed + index),
					}),
				),
		);
	} finally {
		for (const socket of held) {
			socket.destroy();
		}
	}
};
