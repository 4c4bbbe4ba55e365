import {Buffer} from 'node:buffer';
import {Duplex} from 'node:stream';
import {connect} from 'node:tls';
import type {FarmKey} from '../../source/net/key.js';
import {pskIdentity, tlsOptions} from '../../source/net/tls.js';

/** The first bytes that whoever has this key sends; they lead a scheduler as far as it gets without an answer. */
export const clientHello = async (key: FarmKey): Promise<Uint8Array> => {
	const {promise, resolve} = Promise.withResolvers<Uint8Array>();
	const wire = new Duplex({
		read() {
			// Nobody answers.
		},
		write(chunk: Uint8Array, _encoding, done) {
			resolve(Buffer.from(chunk));
			done();
		},
	});
	const socket = connect({
		socket: wire,
		...tlsOptions,
		checkServerIdentity: () => undefined,
		pskCallback: () => ({
			psk: Buffer.from(key.secret()),
			identity: pskIdentity(key),
		}),
	});
	socket.on('error', () => undefined);
	const bytes = await promise;
	socket.destroy();
	return bytes;
};
