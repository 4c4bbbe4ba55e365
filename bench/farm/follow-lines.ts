import {Buffer} from 'node:buffer';
import type {InvocationId} from '../../source/core/ids.js';
import {createBell} from '../../source/modes/bell.js';
import type {Client, Farm} from './start-farm.js';

/** Reads an invocation's log as it grows, as a viewer does it, until it is complete; `onLines` gets whole lines. Gives how many bytes it saw. */
export const followLines = async (
	farm: Farm,
	invocation: InvocationId,
	onLines: (lines: readonly string[]) => void,
): Promise<number> => {
	const bell = createBell();
	const client: Client = await farm.connect({
		onNotice: bell.ring,
	});
	await client.request('watch', {what: 'log', id: invocation});
	bell.ring();
	let offset = 0;
	let rest = '';
	for (;;) {
		/* eslint-disable no-await-in-loop -- one piece after the other */
		await bell.rung();
		for (;;) {
			const piece = await client.request('log.read', {
				invocation,
				offset,
				limit: 1_048_576,
			});
			const data = Buffer.from(piece.data, 'base64');
			offset = piece.offset + data.length;
			const lines = (rest + data.toString('latin1')).split('\n');
			rest = lines.pop() ?? '';
			onLines(lines);
			if (offset < piece.size) {
				continue;
			}

			if (piece.complete) {
				client.close();
				return offset;
			}

			break;
		}
		/* eslint-enable no-await-in-loop */
	}
};
