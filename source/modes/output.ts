import process from 'node:process';
import {styleText} from 'node:util';
import {reasonOf} from '../config/writable-folder.js';

export type Style = 'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'cyan';

/** Where a command speaks. Results go to standard output; messages and progress to standard error. */
export type Output = {
	/** A line, or lines, of the result. */
	readonly print: (text: string) => void;
	/** The one JSON document of a command that was given `--json`. */
	readonly printJson: (value: unknown) => void;
	/** Raw bytes of the result, such as a log's. */
	readonly write: (bytes: Uint8Array) => void;
	/** A line for people, on standard error. */
	readonly message: (text: string) => void;
	/** Coloured on a terminal, plain elsewhere and with `NO_COLOR`. */
	readonly paint: (style: Style, text: string) => string;
	/** Columns of the terminal; undefined where the result goes into a file or another program. */
	readonly columns: () => number | undefined;
	/** Somebody sits before it and can be asked. */
	readonly isInteractive: boolean;
};

type Surroundings = {
	readonly stdout: NodeJS.WriteStream;
	readonly stderr: NodeJS.WriteStream;
	readonly stdin: {readonly isTTY?: boolean};
	readonly environment: Readonly<Record<string, string | undefined>>;
};

const createOutput = ({
	stdout,
	stderr,
	stdin,
	environment,
}: Surroundings): Output => {
	const isColoured =
		stdout.isTTY &&
		(environment['NO_COLOR'] ?? '') === '' &&
		environment['TERM'] !== 'dumb';
	return {
		print(text) {
			stdout.write(`${text}\n`);
		},
		printJson(value) {
			stdout.write(`${JSON.stringify(value, undefined, '\t')}\n`);
		},
		write(bytes) {
			stdout.write(bytes);
		},
		message(text) {
			stderr.write(`${text}\n`);
		},
		paint: (style, text) =>
			isColoured ? styleText(style, text, {validateStream: false}) : text,
		columns: () => (stdout.isTTY ? stdout.columns : undefined),
		isInteractive: stdin.isTTY === true && stderr.isTTY,
	};
};

/** The output of this process. A reader that goes away, as `| head` does, ends it quietly; a result that cannot be written ends it with one line. What cannot be said on standard error is let go: a scheduler whose messages go to a full disk must not end of that. */
export const processOutput = (): Output => {
	process.stdout.on('error', (error: NodeJS.ErrnoException) => {
		if (error.code === 'EPIPE') {
			process.exit(0);
		}

		process.stderr.write(
			`lifeblood: The result could not be written: ${reasonOf(error)}.\n`,
		);
		process.exit(1);
	});
	process.stderr.on('error', () => undefined);

	return createOutput({
		stdout: process.stdout,
		stderr: process.stderr,
		stdin: process.stdin,
		environment: process.env,
	});
};
