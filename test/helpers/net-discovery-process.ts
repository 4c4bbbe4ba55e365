/**
A scheduler or a worker as far as discovery is concerned, as a process of its own that can be put into a network of its own.

`announce PORT JOIN_CODE FARM`: listens with the key, announces itself, prints `ready`, runs until its standard input ends.
`find PORT JOIN_CODE`: prints what it hears as one JSON line, connects to it, prints the welcome as another.
*/
import process from 'node:process';
import {systemClock} from '../../source/core/clock.js';
import {createAnnouncer} from '../../source/net/announcer.js';
import {connect} from '../../source/net/connect.js';
import {discover} from '../../source/net/discover.js';
import {fromJoinCode} from '../../source/net/key.js';
import {createListener} from '../../source/net/listener.js';

const [mode, portText, code = '', farm = ''] = process.argv.slice(2);
const port = Number(portText);
const key = fromJoinCode(code);
const clock = systemClock;

if (mode === 'announce') {
	const {signal} = new AbortController();
	const listener = createListener({
		ports: [{port: 0}],
		keys: () => [key],
		identity: () => ({farm, databaseId: 'd1', version: '1'}),
		accept: () => ({onRequest: () => undefined, onNotice: () => undefined}),
		clock,
	});
	await listener.start(signal);
	const [address] = listener.addresses();
	if (address === undefined) {
		throw new Error('It listens nowhere.');
	}

	const announcer = createAnnouncer({
		keys: () => [key],
		farm,
		machine: farm,
		server: address,
		ui: address,
		databaseId: 'd1',
		pid: process.pid,
		version: '1',
		intervalMs: 10_000,
		port,
		clock,
	});
	await announcer.start(signal);
	console.log('ready');
	process.stdin.resume();
	process.stdin.once('end', () => {
		process.exit(); // eslint-disable-line unicorn/no-process-exit -- it is a program
	});
} else {
	const found = await discover({
		port,
		sought: {kind: 'farm', key},
		timeoutMs: 5000,
	});
	console.log(JSON.stringify(found));
	for (const {server} of found) {
		// eslint-disable-next-line no-await-in-loop -- one at most
		const {peer, welcome} = await connect({
			address: server,
			key,
			hello: {role: 'worker', name: 'w', version: '1'},
			clock,
		});
		console.log(JSON.stringify(welcome));
		peer.close();
	}
}
