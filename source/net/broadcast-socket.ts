import {createSocket, type Socket} from 'node:dgram';
import {once} from 'node:events';

/** A UDP socket that may broadcast and hears the port, which it shares with every other program that shares it too. */
export const openBroadcastSocket = async (port: number): Promise<Socket> => {
	const socket = createSocket({type: 'udp4', reuseAddr: true});
	try {
		socket.bind({port, address: '0.0.0.0'});
		await once(socket, 'listening');
	} catch (error) {
		socket.close();
		throw error;
	}

	// A network that is down tells it with an error event; the next packet may get through.
	socket.on('error', () => undefined);
	socket.setBroadcast(true);
	return socket;
};

export const closeSocket = async (socket: Socket): Promise<void> =>
	new Promise((resolve) => {
		socket.close(() => {
			resolve();
		});
	});
