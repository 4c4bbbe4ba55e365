import fs from 'node:fs/promises';
import path from 'node:path';
import {execa} from 'execa';

/** A certificate for this machine that nobody knows, and its key; made by openssl. `file` holds the certificate. */
export const ownCertificate = async (
	folder: string,
): Promise<{
	readonly key: string;
	readonly cert: string;
	readonly file: string;
}> => {
	const key = path.join(folder, 'key.pem');
	const file = path.join(folder, 'certificate.pem');
	await execa('openssl', [
		'req',
		'-x509',
		'-newkey',
		'ec',
		'-pkeyopt',
		'ec_paramgen_curve:P-256',
		'-nodes',
		'-days',
		'2',
		'-subj',
		'/CN=localhost',
		'-addext',
		'subjectAltName=DNS:localhost,IP:127.0.0.1',
		'-keyout',
		key,
		'-out',
		file,
	]);
	return {
		key: await fs.readFile(key, 'utf8'),
		cert: await fs.readFile(file, 'utf8'),
		file,
	};
};
