import type {AddressInfo} from 'node:net';
import {text} from 'node:stream/consumers';
import type {ExecutionContext} from 'ava';
import {SMTPServer, type SMTPServerOptions} from 'smtp-server';

export type ReceivedMail = {
	readonly to: readonly string[];
	readonly content: string;
};

/** A server that takes mail, without encryption unless the options bring it, until the test is over. */
export const createMailServer = async (
	t: ExecutionContext,
	options: SMTPServerOptions = {},
): Promise<{
	readonly mails: readonly ReceivedMail[];
	readonly port: number;
}> => {
	const mails: ReceivedMail[] = [];
	const server = new SMTPServer({
		logger: false,
		authOptional: true,
		disabledCommands: ['STARTTLS'],
		onData(stream, session, done) {
			text(stream)
				.then((content) => {
					mails.push({
						to: session.envelope.rcptTo.map(({address}) => address),
						content,
					});
					done();
				})
				.catch(done);
		},
		...options,
	});
	// Of clients that break off.
	server.on('error', () => undefined);
	const {promise, resolve} = Promise.withResolvers<undefined>();
	server.listen(0, '127.0.0.1', () => {
		resolve(undefined);
	});
	await promise;
	t.teardown(
		async () =>
			new Promise<void>((done) => {
				server.close(() => {
					done();
				});
			}),
	);
	return {mails, port: (server.server.address() as AddressInfo).port};
};
