/**
A port that is no farm's: it takes every connection, and closes it at once. Its address is the one line that it prints; it ends with its standard input.
*/
import {createSocket} from 'node:dgram';
import {once} from 'node:events';
import {createServer} from 'node:net';
import process from 'node:process';

const host = '127.0.0.1';
const server = createServer((socket) => {
	socket.on('error', () => undefined);
	socket.destroy();
}).listen(0, host);
await once(server, 'listening');
const address = server.address();
const port = typeof address === 'object' ? address?.port : undefined;
// What is sent to it by datagrams is dropped.
const socket = createSocket('udp4');
socket.on('message', () => undefined);
socket.bind(port, host);
await once(socket, 'listening');
process.stdout.write(`${JSON.stringify({host, port})}\n`);
process.stdin.on('end', () => {
	process.exit(); // eslint-disable-line unicorn/no-process-exit -- whoever is connected may stay so for long
});
process.stdin.resume();
