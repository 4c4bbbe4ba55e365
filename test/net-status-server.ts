import {once} from 'node:events';
import {connect, type Socket} from 'node:net';
import test, {type ExecutionContext} from 'ava';
import {systemClock} from '../source/core/clock.js';
import {
	createStatusServer,
	type StatusPage,
} from '../source/net/status-server.js';
import {until} from './helpers/until.js';

/** A server of one page, on loopback. */
const serve = async (
	t: ExecutionContext,
	page: () => Promise<StatusPage>,
	clock = systemClock,
) => {
	const server = createStatusServer({
		place: {host: '127.0.0.1', port: 0},
		pages: {'/page': page},
		onDefect(error) {
			t.log(error);
		},
		clock,
	});
	await server.start(new AbortController().signal);
	t.teardown(server.stop);
	const {port} = server.address()!;
	return {
		get: async () => fetch(`http://127.0.0.1:${port}/page`),
		/** Somebody who connects, and says this. */
		async visitor(text: string): Promise<Socket> {
			const socket = connect(port, '127.0.0.1');
			socket.on('error', () => undefined);
			t.teardown(() => {
				socket.destroy();
			});
			await once(socket, 'connect');
			socket.write(text);
			return socket;
		},
	};
};

const text = (body: string): StatusPage => ({
	status: 200,
	type: 'text/plain',
	body,
});

test('a crowd that says nothing, or takes its time, keeps nobody out', async (t) => {
	const {get, visitor} = await serve(t, async () => text('well'));
	for (let count = 0; count < 200; count += 1) {
		// eslint-disable-next-line no-await-in-loop -- one after the other
		await visitor(count % 2 === 0 ? '' : 'GET /page HTTP/1.1\r\nhost: ');
	}

	const answer = await get();
	t.is(await answer.text(), 'well');
});

test('a crowd does not push out who goes on asking', async (t) => {
	const {visitor} = await serve(t, async () => text('well'));
	const request = 'GET /page HTTP/1.1\r\nhost: a\r\n\r\n';
	const regular = await visitor(request);
	let answers = 0;
	regular.on('data', () => {
		answers += 1;
	});
	for (let round = 0; round < 10; round += 1) {
		/* eslint-disable no-await-in-loop -- one after the other */
		for (let count = 0; count < 20; count += 1) {
			await visitor('');
		}

		const answered = once(regular, 'data');
		regular.write(request);
		await answered;
		/* eslint-enable no-await-in-loop */
	}

	t.true(answers >= 10);
	t.false(regular.destroyed);
});

test('making a page for those who ask without end takes a tenth of the time', async (t) => {
	// It goes on by ten milliseconds with each page that is made.
	let now = 0;
	let made = 0;
	const {get} = await serve(
		t,
		async () => {
			made += 1;
			now += 10;
			return text(String(made));
		},
		{now: () => now, monotonic: () => now},
	);
	const ask = async (): Promise<string> => {
		const answer = await get();
		return answer.text();
	};

	t.is(await ask(), '1');
	for (let count = 0; count < 20; count += 1) {
		t.is(await ask(), '1'); // eslint-disable-line no-await-in-loop -- one after the other
	}

	now += 89;
	t.is(await ask(), '1');
	now += 1;
	t.is(await ask(), '2');
});

test('a page of one moment is made once for all who ask meanwhile, and anew for who asks next', async (t) => {
	let now = 0;
	let made = 0;
	const gates: Array<() => void> = [];
	const {visitor} = await serve(
		t,
		async () => {
			made += 1;
			const body = `page ${made}\n`;
			const {promise, resolve} = Promise.withResolvers<void>();
			gates.push(resolve);
			await promise;
			return {...text(body), isMomentary: true};
		},
		{now: () => now, monotonic: () => now},
	);
	const request = 'GET /page HTTP/1.1\r\nhost: a\r\n\r\n';
	for (const page of ['page 1', 'page 2']) {
		/* eslint-disable no-await-in-loop -- one after the other */
		// Both in one piece, and so at once.
		const socket = await visitor(request + request);
		let said = '';
		socket.on('data', (bytes: Uint8Array) => {
			said += String(bytes);
		});
		const open = await until(() => gates.pop(), {what: 'it to be made'});
		now += 5000;
		open();
		await until(() => (said.split(page).length === 3 ? true : undefined), {
			what: `two answers of ${page}`,
		});
		/* eslint-enable no-await-in-loop */
	}

	t.is(made, 2);
});
