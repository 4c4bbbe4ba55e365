/** Sends back what it is sent, over loopback; its port is the first line that it prints. With a file, it writes a page for each piece and brings it to the disk before it answers. */
import {Buffer} from 'node:buffer';
import fs from 'node:fs';
import {createServer} from 'node:net';
import process from 'node:process';

const pageBytes = 4096;
/** Over and over, as SQLite uses the room of its log. */
const pages = 1000;

const [file] = process.argv.slice(2);
const page = Buffer.alloc(pageBytes, 1);
let written = 0;

const makeDurable = (descriptor: number): void => {
	fs.writeSync(descriptor, page, 0, pageBytes, (written % pages) * pageBytes);
	fs.fsyncSync(descriptor);
	written += 1;
};

const open = (path: string): number => {
	const descriptor = fs.openSync(path, 'w');
	fs.writeSync(descriptor, Buffer.alloc(pages * pageBytes));
	fs.fsyncSync(descriptor);
	return descriptor;
};

const descriptor = file === undefined ? undefined : open(file);

const server = createServer({noDelay: true}, (socket) => {
	socket.on('data', (chunk) => {
		if (descriptor !== undefined) {
			makeDurable(descriptor);
		}

		socket.write(chunk);
	});
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
