import type {ExecutionContext} from 'ava';
import {systemClock} from '../../source/core/clock.js';
import {FarmError} from '../../source/core/errors.js';
import {taskId} from '../../source/core/ids.js';
import type {Address} from '../../source/net/address.js';
import {connect, type ConnectOptions} from '../../source/net/connect.js';
import type {Connection} from '../../source/net/greet.js';
import {createFarmKey, type FarmKey} from '../../source/net/key.js';
import {
	createListener,
	type Listener,
	type ListenerOptions,
} from '../../source/net/listener.js';

export type TestFarm = {
	readonly key: FarmKey;
	readonly listener: Listener;
	readonly address: Address;
	readonly connections: Connection[];
	/** The progress notices that came. */
	readonly notices: unknown[];
	readonly troubles: string[];
	readonly connect: (
		options?: Partial<ConnectOptions>,
	) => ReturnType<typeof connect>;
};

/** A listener on loopback that takes submissions, and answers `task.get` never. */
export const startTestFarm = async (
	t: ExecutionContext,
	options: Partial<ListenerOptions> = {},
): Promise<TestFarm> => {
	const key = createFarmKey();
	const connections: Connection[] = [];
	const notices: unknown[] = [];
	const troubles: string[] = [];
	let submitted = 0;
	const listener = createListener({
		ports: [{host: '127.0.0.1', port: 0}],
		keys: () => [key],
		identity: () => ({farm: 'test', databaseId: 'd1', version: '1.2.3'}),
		accept(connection) {
			connections.push(connection);
			return {
				onRequest(call) {
					// eslint-disable-next-line @typescript-eslint/switch-exhaustiveness-check -- a farm for tests serves a few methods
					switch (call.name) {
						case 'task.submit': {
							submitted += 1;
							call.reply({id: taskId(submitted)});

							break;
						}

						case 'limit.list': {
							call.reply({limits: []});

							break;
						}

						case 'worker.leave': {
							call.reply({});

							break;
						}

						default: {
							if (call.name !== 'task.get') {
								call.refuse(
									new FarmError('NOT_FOUND', `No ${call.name} here.`),
								);
							}
						}
					}
				},
				onNotice(notice) {
					notices.push(notice);
				},
			};
		},
		onTrouble(message) {
			troubles.push(message);
		},
		clock: systemClock,
		...options,
	});
	await listener.start(new AbortController().signal);
	t.teardown(listener.stop);
	const [address] = listener.addresses();
	if (address === undefined) {
		throw new Error('The listener listens nowhere.');
	}

	return {
		key,
		listener,
		address,
		connections,
		notices,
		troubles,
		async connect(more) {
			const connected = await connect({
				address,
				key,
				hello: {role: 'client', name: 'test', version: '1.2.3'},
				clock: systemClock,
				...more,
			});
			t.teardown(() => {
				connected.peer.close();
			});
			return connected;
		},
	};
};
