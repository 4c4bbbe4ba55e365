import {Buffer} from 'node:buffer';
import {createHash, randomBytes} from 'node:crypto';

/** An invocation's secret, for its process and whatever that starts. */
export const createJobToken = (): string =>
	randomBytes(32).toString('base64url');

/** What tokens are looked up by: how long that takes says nothing about the token. */
export const digestOf = (token: string): string =>
	createHash('sha256').update(token).digest('base64url');

/** So far into what comes first a token is sought. */
const longestHead = 4096;

/** Tells of the first token in a stream of bytes, where it is near its beginning, before the line that it is in has ended. */
export const createTokenSeeker = (
	onToken: (token: string) => void,
): ((chunk: Uint8Array) => void) => {
	let head = '';
	let isOver = false;
	return (chunk) => {
		if (isOver) {
			return;
		}

		head += Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength)
			.subarray(0, longestHead - head.length)
			.toString('latin1');
		const {token} =
			/"token"\s*:\s*"(?<token>[\w\-]{43})"/v.exec(head)?.groups ?? {};
		if (token !== undefined) {
			onToken(token);
		}

		isOver = token !== undefined || head.length >= longestHead;
	};
};
