import {Buffer} from 'node:buffer';
import http from 'node:http';
import https from 'node:https';
import type {Clock} from '../core/clock.js';
import type {Notification} from '../core/notification.js';
import {failureWords} from './failure-words.js';
import {signedHeaders} from './signature.js';
import type {Delivery, Target} from './target.js';

/** A POST of JSON to an address, signed where there is a secret. Redirects are not followed, and nothing of an answer is read but its status. */
export const createWebhook = ({
	url,
	secret,
	timeoutMs,
	userAgent,
	clock,
}: {
	readonly url: URL;
	readonly secret: Uint8Array | undefined;
	readonly timeoutMs: number;
	readonly userAgent: string;
	readonly clock: Clock;
}): Target => ({
	// What follows the host may be a secret.
	name: `the webhook ${url.origin}`,
	most: 1,
	gatherMs: 0,
	async deliver([news], signal) {
		if (news === undefined) {
			return {kind: 'delivered'};
		}

		const body = JSON.stringify(news);
		const headers = {
			'content-type': 'application/json',
			'content-length': String(Buffer.byteLength(body)),
			'user-agent': userAgent,
			...signedHeaders({
				id: news.id,
				timestamp: Math.floor(clock.now() / 1000),
				body,
				secret,
			}),
		};
		return post(url, {
			body,
			headers,
			signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
			timeoutMs,
		});
	},
});

const post = async (
	url: URL,
	{
		body,
		headers,
		signal,
		timeoutMs,
	}: {
		readonly body: string;
		readonly headers: Readonly<Record<string, string>>;
		readonly signal: AbortSignal;
		readonly timeoutMs: number;
	},
): Promise<Delivery> =>
	new Promise((resolve) => {
		const {request: open} = url.protocol === 'https:' ? https : http;
		// A connection of its own: there are few, and one that was kept may have been closed meanwhile.
		const request = open(url, {method: 'POST', agent: false, headers, signal});
		request.on('response', (response) => {
			resolve(
				answered(response.statusCode ?? 0, response.headers['retry-after']),
			);
			response.on('error', () => undefined);
			response.destroy();
		});
		request.on('error', (error) => {
			resolve({
				kind: 'failed',
				reason:
					signal.reason instanceof Error &&
					signal.reason.name === 'TimeoutError'
						? `it did not answer within ${timeoutMs / 1000} s`
						: reasonOf(error),
			});
		});
		// Where neither of the two came, as of an answer that would switch to another protocol.
		request.on('close', () => {
			resolve({kind: 'failed', reason: 'it gave no answer'});
		});
		request.end(body);
	});

const answered = (status: number, retryAfter: string | undefined): Delivery => {
	if (status >= 200 && status < 300) {
		return {kind: 'delivered'};
	}

	const reason = `it answered ${status}${http.STATUS_CODES[status] === undefined ? '' : ` ${http.STATUS_CODES[status]}`}`;
	if (status === 410) {
		return {kind: 'gone', reason};
	}

	if (status >= 300 && status < 400) {
		return {
			kind: 'refused',
			reason: `${reason}, and redirects are not followed`,
		};
	}

	if (status >= 400 && status < 500 && !passing.has(status)) {
		return {kind: 'refused', reason};
	}

	return {
		kind: 'failed',
		reason,
		...(/^\d{1,9}$/v.test(retryAfter ?? '') && {afterS: Number(retryAfter)}),
	};
};

/** Faults of the moment: request timeout, conflict, too early, too many requests; and what a receiver that is being set up answers. */
const passing = new Set([401, 403, 404, 408, 409, 425, 429]);

const reasonOf = (error: Error): string => {
	// Of several addresses that were tried, the errors are inside.
	const inner: unknown =
		error instanceof AggregateError ? error.errors[0] : error;
	return inner instanceof Error ? failureWords(inner) : String(inner);
};
