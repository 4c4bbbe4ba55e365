import {Buffer} from 'node:buffer';
import {connect} from 'node:net';
import {encodeRequest} from '../../../source/net/rpc.js';
import {paced, type Attacker} from '../attacker.js';
import {mutate} from '../mutate.js';

/** Guesses tokens, and says what is no message, to what a worker serves its processes on. */
export const tokenGuesses: Attacker = async ({
	random,
	signal,
	jobPort,
	figures,
	messages,
	hold,
}) => {
	await paced(100, signal, () => {
		figures.connections += 1;
		figures.messages += 1;
		const guess = Buffer.from(
			encodeRequest(1, 'job.get_attributes', {
				token: Buffer.from(random.bytes(32)).toString('base64url'),
			}),
		);
		const bytes = random.next() < 0.5 ? guess : random.pick(messages);
		const sent = random.next() < 0.5 ? bytes : mutate(bytes, random);
		figures.bytes += sent.length;
		const socket = hold(connect(jobPort));
		socket.resume();
		if (random.next() < 0.5) {
			socket.end(sent);
		} else {
			socket.write(sent);
		}
	});
};
