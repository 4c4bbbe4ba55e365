import {Buffer} from 'node:buffer';
import type {InvocationId} from '../core/ids.js';
import type {ExitStatus} from './context.js';
import {followLog, readLog, tailOffset} from './follow-log.js';
import {counted} from './human.js';
import {markedLog, type MarkedLine} from './marked-log.js';
import type {Output} from './output.js';
import type {Subcommand} from './subcommands.js';

/** `task log` by lines, of which it is known when each came, and by which output. */
export const printMarkedLog = async (
	{context: {output, flags}, client}: Parameters<Subcommand>[0],
	invocation: InvocationId,
): Promise<ExitStatus> => {
	const isJson = flags.toggle('json') === true;
	const isFollowing = flags.toggle('follow') === true && !isJson;
	const hasTimes = flags.toggle('timestamps') === true;
	const isOnlyErrors = flags.toggle('stderr') === true;
	const tail = flags.number('tail');
	// Which the last of them are is only known at the end.
	const isHeld = isJson || (isOnlyErrors && tail !== undefined && !isFollowing);
	const held: MarkedLine[] = [];
	let unknown = 0;
	let ready: Uint8Array[] = [];
	const print = (line: MarkedLine): void => {
		ready.push(lineBytes(line, {output, hasTimes}));
	};

	/** All at once: there may be hundreds of thousands. */
	const flush = (): void => {
		output.write(Buffer.concat(ready));
		ready = [];
	};

	const {take, end} = markedLog({
		client,
		invocation,
		isFollowing,
		isWholeLines: hasTimes || isOnlyErrors || isJson,
		onLine(line) {
			unknown += line.stream === undefined ? 1 : 0;
			if (isOnlyErrors && line.stream !== 'stderr') {
				return;
			}

			if (isHeld) {
				held.push(line);
			} else {
				print(line);
			}
		},
	});
	const reader = {
		client,
		invocation,
		async write(bytes: Uint8Array, offset: number) {
			await take(bytes, offset);
			flush();
		},
	};
	const start =
		tail === undefined || isHeld ? 0 : await tailOffset(reader, tail);
	const isComplete = await (isFollowing
		? followLog(reader, start).then(() => true)
		: readLog(reader, start).then((read) => read.isComplete));
	end();
	const last = tail === undefined ? held : held.slice(held.length - tail);
	if (isJson) {
		output.printJson({
			invocation,
			complete: isComplete,
			lines: last.map(({bytes, at, stream}) => ({
				at: at === undefined ? null : new Date(at).toISOString(),
				stream: stream ?? null,
				text: bytes.toString('utf8').replace(/\n$/v, ''),
			})),
		});
	} else {
		for (const line of last) {
			print(line);
		}

		flush();
	}

	if (isOnlyErrors && unknown > 0) {
		output.message(
			`Of ${counted(unknown, 'line')} it is not known whether they came by standard error; they are left out.`,
		);
	}

	return 0;
};

/** Its time before it, and standard error in a colour of its own on a terminal. */
const lineBytes = (
	{bytes, at, stream}: MarkedLine,
	{output, hasTimes}: {readonly output: Output; readonly hasTimes: boolean},
): Uint8Array => {
	const [before = '', after = ''] =
		stream === 'stderr' ? output.paint('red', '\0').split('\0') : [];
	const hasEnd = bytes.at(-1) === lineFeed;
	const time = at === undefined ? '-'.padEnd(24) : new Date(at).toISOString();
	return Buffer.concat([
		Buffer.from(`${hasTimes ? `${time} ` : ''}${before}`),
		hasEnd ? bytes.subarray(0, -1) : bytes,
		Buffer.from(`${after}${hasEnd ? '\n' : ''}`),
	]);
};

const lineFeed = 0x0a;
