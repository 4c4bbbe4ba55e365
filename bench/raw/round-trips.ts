import {spawn} from 'node:child_process';
import {once} from 'node:events';
import fs from 'node:fs';
import {connect} from 'node:net';
import process from 'node:process';
import {helperProgram} from '../farm/paths.js';

/** Lines of `size` bytes a second that go to another process over loopback and come back, one after the other, without encryption; with a `file`, after a page was written there and brought to the disk: nothing that is durable can be answered quicker. */
export const roundTripsPerSecond = async ({
	count,
	size,
	file,
}: {
	readonly count: number;
	readonly size: number;
	readonly file?: string;
}): Promise<number> => {
	const child = spawn(
		process.execPath,
		[helperProgram('echo.ts'), ...(file === undefined ? [] : [file])],
		{
			stdio: ['ignore', 'pipe', 'ignore'],
		},
	);
	try {
		const first: unknown[] = await once(child.stdout, 'data');
		const socket = connect({
			host: '127.0.0.1',
			port: Number(String(first[0])),
			noDelay: true,
		});
		await once(socket, 'connect');
		const line = `${'x'.repeat(size - 1)}\n`;
		const {promise, resolve} = Promise.withResolvers<void>();
		let left = count;
		let received = 0;
		socket.on('data', (chunk) => {
			received += chunk.length;
			if (received < size) {
				return;
			}

			received -= size;
			left -= 1;
			if (left > 0) {
				socket.write(line);
			} else {
				resolve();
			}
		});
		const begun = performance.now();
		socket.write(line);
		await promise;
		const took = performance.now() - begun;
		socket.destroy();
		return (count * 1000) / took;
	} finally {
		child.kill();
		if (file !== undefined) {
			fs.rmSync(file, {force: true});
		}
	}
};
