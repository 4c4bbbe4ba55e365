import {Buffer} from 'node:buffer';
import {createHmac} from 'node:crypto';
import {FarmError} from '../core/errors.js';

const prefix = 'whsec_';

/**
The bytes of a secret, written as Standard Webhooks has it: `whsec_` and base64 of 24 to 64 bytes.

@throws {FarmError} `INVALID`, which never names the secret
*/
export const parseWebhookSecret = (text: string): Uint8Array => {
	const encoded = text.startsWith(prefix) ? text.slice(prefix.length) : '';
	const bytes = Buffer.from(encoded, 'base64');
	if (
		bytes.length < 24 ||
		bytes.length > 64 ||
		bytes.toString('base64') !== encoded
	) {
		throw new FarmError(
			'INVALID',
			String.raw`The secret of a webhook must be ${prefix} and base64 of 24 to 64 bytes: printf '${prefix}%s\n' "$(openssl rand -base64 32)" makes one.`,
		);
	}

	return bytes;
};

/** The headers of a signed webhook: https://www.standardwebhooks.com. `timestamp` in seconds since 1970. */
export const signedHeaders = ({
	id,
	timestamp,
	body,
	secret,
}: {
	readonly id: string;
	readonly timestamp: number;
	readonly body: string;
	readonly secret: Uint8Array | undefined;
}): Readonly<Record<string, string>> => ({
	'webhook-id': id,
	'webhook-timestamp': String(timestamp),
	...(secret !== undefined && {
		'webhook-signature': `v1,${createHmac('sha256', secret)
			.update(`${id}.${timestamp}.${body}`)
			.digest('base64')}`,
	}),
});
