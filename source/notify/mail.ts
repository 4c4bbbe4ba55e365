import {createTransport} from 'nodemailer';
import {z} from 'zod';
import type {Notification} from '../core/notification.js';
import {failureWords} from './failure-words.js';
import type {Delivery, Target} from './target.js';

const causesShape = z
	.array(z.object({task: z.int(), node: z.string(), message: z.string()}))
	.catch([]);

/** So many pieces of news go into one mail. */
const mostInOne = 100;
/** The library lets go of a connection by itself so much later than the whole of it is given up, so that it is always told as that; in milliseconds. */
const laterMs = 1000;
/** Characters of a subject. */
const longestSubject = 200;

export type MailServer = {
	readonly host: string;
	readonly port: number;
	readonly security: 'starttls' | 'tls' | 'none';
	readonly login:
		{readonly user: string; readonly password: string} | undefined;
};

/** Mail in plain text; what happens within a while is gathered into one. */
export const createMail = ({
	server,
	from,
	to,
	gatherMs,
	timeoutMs,
}: {
	readonly server: MailServer;
	readonly from: string;
	readonly to: readonly string[];
	readonly gatherMs: number;
	readonly timeoutMs: number;
}): Target => ({
	name: `mail to ${to.join(', ')}`,
	most: mostInOne,
	gatherMs,
	async deliver(news, signal) {
		const transport = createTransport({
			host: server.host,
			port: server.port,
			secure: server.security === 'tls',
			requireTLS: server.security === 'starttls',
			ignoreTLS: server.security === 'none',
			...(server.login !== undefined && {
				auth: {user: server.login.user, pass: server.login.password},
			}),
			connectionTimeout: timeoutMs + laterMs,
			greetingTimeout: timeoutMs + laterMs,
			socketTimeout: timeoutMs + laterMs,
			disableFileAccess: true,
			disableUrlAccess: true,
		});
		const ending = new AbortController();
		const gaveUp = new Promise<Delivery>((resolve) => {
			const limit = AbortSignal.any([
				signal,
				ending.signal,
				AbortSignal.timeout(timeoutMs),
			]);
			limit.addEventListener(
				'abort',
				() => {
					resolve({
						kind: 'failed',
						reason: `it was not sent within ${timeoutMs / 1000} s`,
					});
				},
				{once: true},
			);
		});
		try {
			return await Promise.race([
				gaveUp,
				transport
					.sendMail({
						from,
						to: [...to],
						subject: mailSubject(news),
						text: mailText(news),
						messageId: `<${news[0]?.id ?? 'none'}@lifeblood>`,
						headers: {'Auto-Submitted': 'auto-generated'},
					})
					.then((): Delivery => ({kind: 'delivered'}))
					.catch((error: unknown): Delivery => failure(error)),
			]);
		} finally {
			ending.abort();
			transport.close();
		}
	},
});

/** A server's answer of 5xx to the mail itself is for good; a refused login may be mended. */
const failure = (error: unknown): Delivery => {
	const reason = (
		error instanceof Error ? failureWords(error) : String(error)
	).split('\n', 1)[0];
	const code =
		error instanceof Error && 'responseCode' in error
			? Number(error.responseCode)
			: 0;
	const isLogin =
		error instanceof Error && 'code' in error && error.code === 'EAUTH';
	return {
		kind: !isLogin && code >= 500 ? 'refused' : 'failed',
		reason: reason ?? '',
	};
};

/** A header is one line. */
const mailSubject = (news: readonly Notification[]): string => {
	const [first] = news;
	const subject =
		news.length === 1
			? `[${first?.farm}] ${first?.text}`
			: `[${first?.farm}] ${news.length} events; the first: ${first?.text}`;
	const line = subject.replaceAll(/\p{Control}+/gv, ' ');
	return line.length > longestSubject
		? `${line.slice(0, longestSubject - 1)}…`
		: line;
};

const mailText = (news: readonly Notification[]): string =>
	`${news
		.map(({timestamp, text, data}) =>
			[`${timestamp}  ${text}`, ...causesOf(data['causes'])].join('\n'),
		)
		.join('\n\n')}\n`;

const causesOf = (causes: unknown): string[] =>
	causesShape
		.parse(causes)
		.map(
			({task, node, message}) =>
				`  task ${task} in ${node}: ${message.replaceAll('\n', '\n    ')}`,
		);
