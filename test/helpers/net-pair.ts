import {once} from 'node:events';
import {connect, createServer, type AddressInfo, type Socket} from 'node:net';

/** Two ends of one real connection on loopback. */
export const socketPair = async (): Promise<readonly [Socket, Socket]> => {
	const server = createServer();
	server.listen(0, '127.0.0.1');
	await once(server, 'listening');
	const {port} = server.address() as AddressInfo;
	const accepted = once(server, 'connection') as Promise<[Socket]>;
	const near = connect(port, '127.0.0.1');
	const [[far]] = await Promise.all([accepted, once(near, 'connect')]);
	server.close();
	return [near, far];
};

/** Everything that comes until the other side ends. */
export const readAll = async (socket: Socket): Promise<string> => {
	let text = '';
	socket.setEncoding('utf8');
	socket.on('data', (chunk: string) => {
		text += chunk;
	});
	socket.on('error', () => undefined);
	return new Promise((resolve) => {
		socket.on('close', () => {
			resolve(text);
		});
	});
};
