import {randomUUID} from 'node:crypto';
import fs from 'node:fs';
import {systemClock} from '../../source/core/clock.js';
import {FarmError} from '../../source/core/errors.js';
import {connect} from '../../source/net/connect.js';
import {fromJoinCode} from '../../source/net/key.js';
import type {clientToScheduler} from '../../source/net/messages/client.js';
import type {ParamsInput, ResultOf} from '../../source/net/messages/method.js';
import {pause, type TorturedFarm} from './farm.js';

type Methods = typeof clientToScheduler;
type Peer = Awaited<ReturnType<typeof connect>>['peer'];

/** Somebody who asks the scheduler, over a cable that is cut, and does not give up. */
export type Client = {
	/**
	Asks until there is an answer. What changes something carries one id, however often it is sent, and so is done once.

	Rejects where the scheduler says no, and when the time is over.
	*/
	readonly ask: <Name extends keyof Methods & string>(
		name: Name,
		params: ParamsInput<Methods, Name>,
	) => Promise<ResultOf<Methods, Name>>;
	readonly close: () => void;
};

/** What may be otherwise the next time. */
const passing = new Set<string>([
	'UNREACHABLE',
	'CLOSED',
	'TIMEOUT',
	'STORAGE',
]);

const patienceMs = 120_000;

export const createClient = (farm: TorturedFarm): Client => {
	let connecting: Promise<Peer> | undefined;
	let isClosed = false;

	const connectOnce = async (): Promise<Peer> => {
		const lines = fs.readFileSync(farm.keyFile, 'utf8').split('\n');
		const [host = '', port = ''] = farm.cable.address.split(':', 2);
		const {peer} = await connect({
			address: {host, port: Number(port)},
			key: fromJoinCode(lines.find((line) => !line.startsWith('#')) ?? ''),
			hello: {role: 'client', version: 'torture', name: 'torture'},
			clock: systemClock,
			timeoutMs: 5000,
		});
		return peer;
	};

	return {
		async ask(name, params) {
			const deadline = performance.now() + patienceMs;
			const request =
				/^(?:task\.(?:submit|submit_many|act|move|force|set)|group\.(?:act|set_priority)|worker\.(?:act|set_groups)|node\.(?:create|set|rename|delete|act)|connection\..*|graph\.apply|limit\.(?:set|delete))$/v.test(
					name,
				)
					? {...params, request_id: randomUUID()}
					: params;
			for (;;) {
				/* eslint-disable no-await-in-loop -- until there is an answer */
				connecting ??= connectOnce();
				const current = connecting;
				try {
					const peer = await current;
					return await peer.request(name, request, {
						signal: AbortSignal.timeout(30_000),
					});
				} catch (error) {
					const isPassing =
						!(error instanceof FarmError) || passing.has(error.code);
					if (!isPassing || isClosed || performance.now() > deadline) {
						throw error;
					}

					if (
						connecting === current &&
						!(error instanceof FarmError && error.code === 'STORAGE')
					) {
						connecting = undefined;
						void closeWhenMade(current);
					}

					await pause(100);
				}
				/* eslint-enable no-await-in-loop */
			}
		},
		close() {
			isClosed = true;
			void closeWhenMade(connecting);
		},
	};
};

const closeWhenMade = async (
	connecting: Promise<Peer> | undefined,
): Promise<void> => {
	try {
		const peer = await connecting;
		peer?.close('It is not needed any more.');
	} catch {
		// It was never made.
	}
};
