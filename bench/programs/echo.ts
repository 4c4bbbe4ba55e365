/** Sends back what it is sent, over loopback; its port is the first line that it prints. */
import {createServer} from 'node:net';

const server = createServer({noDelay: true}, (socket) => {
	socket.pipe(socket);
	socket.on('close', () => {
		server.close();
	});
});
server.listen(0, '127.0.0.1', () => {
	const address = server.address();
	if (address !== null && typeof address === 'object') {
		console.log(address.port);
	}
});
