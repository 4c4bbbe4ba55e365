import {createInterface} from 'node:readline';
import {Writable} from 'node:stream';
import {FarmError} from '../core/errors.js';

type Input = {
	readonly stdin: NodeJS.ReadableStream & {readonly isTTY?: boolean};
	readonly stderr: NodeJS.WritableStream;
	/** `Join code: ` */
	readonly prompt: string;
};

/**
A secret from whoever sits there, without showing it; or, where nobody does, the first line of standard input. Never from an argument, which every user of the machine could read.

@throws {FarmError} `INVALID` where nothing is given
*/
export const readSecret = async ({
	stdin,
	stderr,
	prompt,
}: Input): Promise<string> => {
	const isAsking = stdin.isTTY === true;
	// The terminal's echo is made by readline, and it is made into nothing.
	const nowhere = new Writable({
		write(_chunk, _encoding, done) {
			done();
		},
	});
	const reader = createInterface({
		input: stdin,
		output: nowhere,
		terminal: isAsking,
	});
	if (isAsking) {
		stderr.write(prompt);
	}

	try {
		const line = await new Promise<string>((resolve) => {
			reader.once('line', resolve);
			reader.once('SIGINT', () => {
				resolve('');
			});
			reader.once('close', () => {
				resolve('');
			});
		});
		if (line.trim() === '') {
			throw new FarmError('INVALID', 'No join code was given.');
		}

		return line.trim();
	} finally {
		reader.close();
		if (isAsking) {
			stderr.write('\n');
		}
	}
};
