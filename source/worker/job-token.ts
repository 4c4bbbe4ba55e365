import {createHash, randomBytes} from 'node:crypto';

/** An invocation's secret, for its process and whatever that starts. */
export const createJobToken = (): string =>
	randomBytes(32).toString('base64url');

/** What tokens are looked up by: how long that takes says nothing about the token. */
export const digestOf = (token: string): string =>
	createHash('sha256').update(token).digest('base64url');
