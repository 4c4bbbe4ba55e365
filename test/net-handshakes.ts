import {Socket} from 'node:net';
import test, {type ExecutionContext} from 'ava';
import {createHandshakes} from '../source/net/handshakes.js';

const most = 50;

/** Room for fifty, and whoever comes. */
const setUp = (t: ExecutionContext) => {
	const handshakes = createHandshakes({most, timeoutMs: 60_000});
	t.teardown(handshakes.endAll);
	return () => {
		const socket = new Socket();
		return {socket, ...handshakes.enter(socket)};
	};
};

const countOpen = (
	visitors: ReadonlyArray<{readonly socket: Socket}>,
): number => visitors.filter(({socket}) => !socket.destroyed).length;

test('a crowd that begins to speak and goes no further leaves a moment to whoever comes', (t) => {
	const come = setUp(t);
	const crowd = Array.from({length: most}, () => come());
	for (const {speaks} of crowd) {
		speaks();
	}

	const friend = come();
	const after = Array.from({length: 4}, () => come());
	t.false(friend.socket.destroyed);
	t.is(countOpen([...crowd, friend, ...after]), most);
	friend.speaks();
	for (let count = 0; count < most / 2; count += 1) {
		come().speaks();
	}

	t.false(friend.socket.destroyed);
	friend.leave();
	t.false(friend.socket.destroyed);
});

test('of a crowd that says nothing the oldest gives way, and nobody who speaks', (t) => {
	const come = setUp(t);
	const speaking = Array.from({length: most / 2}, () => come());
	for (const {speaks} of speaking) {
		speaks();
	}

	const silent = Array.from({length: most * 4}, () => come());
	t.is(countOpen(speaking), most / 2);
	t.is(countOpen(silent), most / 2);
	t.is(countOpen(silent.slice(-most / 2)), most / 2);
});
