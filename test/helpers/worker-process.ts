import process from 'node:process';
import {systemClock} from '../../source/core/clock.js';
import type {Address} from '../../source/net/address.js';
import {connect} from '../../source/net/connect.js';
import {fromJoinCode} from '../../source/net/key.js';
import type {WorkerSettings} from '../../source/worker/settings.js';
import {createWorker} from '../../source/worker/worker.js';

// A worker as a process of its own, so that a test can kill it. The first message says what it is.
// Whoever started it is gone.
process.on('disconnect', () => {
	process.exit();
});

process.once('message', (message) => {
	const {settings, address, joinCode} = JSON.parse(String(message)) as {
		readonly settings: WorkerSettings;
		readonly address: Address;
		readonly joinCode: string;
	};
	const worker = createWorker({
		settings,
		dial: async (onRequest, signal) =>
			connect({
				address,
				key: fromJoinCode(joinCode),
				hello: {role: 'worker', version: '1', name: settings.name},
				onRequest,
				clock: systemClock,
				signal,
			}),
		clock: systemClock,
		say: () => undefined,
	});
	process.on('SIGTERM', () => {
		worker.stop('now');
	});
	void worker.run().then(() => {
		process.disconnect();
	});
});
