import {pino, type Logger} from 'pino';
import {z} from 'zod';
import type {LogLevel} from '../config/scheduler-settings.js';
import {createLogFile} from './log-file.js';
import {plainText} from './plain-text.js';

export type Log = {
	/** Pino's: `logger.warn({worker: 'node07'}, 'left')`. Its `level` may be changed while it runs. */
	readonly logger: Logger;
	/** Undefined: only standard error. */
	readonly file: string | undefined;
	/** Of files that could not be opened; one line each. */
	readonly warnings: readonly string[];
	readonly close: () => void;
};

type Input = {
	/** Names the file: `scheduler`, `worker-node07`. */
	readonly name: string;
	/** As in the configuration's [log]. */
	readonly settings: {
		readonly level: LogLevel;
		readonly files: boolean;
		/** Bytes. */
		readonly file_limit: number;
		readonly file_count: number;
	};
	/** The folder for log files. */
	readonly folder: string;
	readonly stderr: {
		readonly write: (text: string) => unknown;
		readonly isTTY?: boolean | undefined;
	};
	/** `NO_COLOR` and its like are looked at by the caller. */
	readonly isColoured: boolean;
};

/**
The log of a daemon: standard error, and files that rotate. One line an entry, plain text.

Everything is written at once and in this thread: there is little of it, what was written survives a crash, and it works in a bundle, where pino's own transports, which are threads, do not.
*/
export const createLog = ({
	name,
	settings,
	folder,
	stderr,
	isColoured,
}: Input): Log => {
	const opened = settings.files
		? createLogFile({
				folder,
				name,
				limit: settings.file_limit,
				count: settings.file_count,
			})
		: undefined;
	const warnings =
		opened?.kind === 'refused'
			? [`no log files are written: ${opened.reason}`]
			: [];
	const file = opened?.kind === 'opened' ? opened.file : undefined;
	const isTerminal = stderr.isTTY === true;
	const logger = pino(
		{
			level: settings.level,
			// Neither the process nor the machine: both are the same on every line.
			base: null,
			redact: {paths: secretPaths, censor: '[secret]'},
			serializers: {error: errorText, err: errorText},
		},
		{
			write(line: string) {
				const entry = readEntry(line);
				file?.write(`${plainLine(entry)}\n`);
				stderr.write(
					`${isTerminal ? terminalLine(entry, isColoured) : plainLine(entry)}\n`,
				);
			},
		},
	);
	return {
		logger,
		file: file?.path,
		warnings,
		close() {
			file?.close();
		},
	};
};

const secretNames = ['key', 'secret', 'token', 'password', 'join_code', 'psk'];
const secretPaths = secretNames.flatMap((name) => [name, `*.${name}`]);

/** Secrets that got into a sentence: a join code, the password of a URL. */
const withoutSecrets = (text: string): string =>
	text
		.replaceAll(
			/\b(?<kind>full|view)-(?:[\da-z]{8}-){6}[\da-z]{8}\b/giv,
			'$<kind>-[secret]',
		)
		.replaceAll(/(?<start>:\/\/[^\s\/:@]*):[^\s\/@]+@/gv, '$<start>:[secret]@');

type Entry = {
	readonly level: string;
	readonly time: Date;
	readonly message: string;
	/** ` name=value name="two words"` */
	readonly details: string;
};

const readEntry = (line: string): Entry => {
	const parsed: unknown = JSON.parse(line);
	const {level, time, msg, ...rest} = z
		.record(z.string(), z.unknown())
		.parse(parsed);
	return {
		level: pino.levels.labels[Number(level)] ?? 'info',
		time: new Date(Number(time)),
		message: withoutSecrets(plainText(typeof msg === 'string' ? msg : '')),
		details: withoutSecrets(
			Object.entries(rest)
				.map(([name, value]) => ` ${name}=${detailText(value)}`)
				.join(''),
		),
	};
};

const detailText = (value: unknown): string => {
	const text = typeof value === 'string' ? value : JSON.stringify(value);
	return plainText(
		typeof value === 'string' && /[\s"=]|^$/v.test(text)
			? JSON.stringify(text)
			: text,
	);
};

const plainLine = ({level, time, message, details}: Entry): string =>
	`${time.toISOString()} ${level.padEnd(5)} ${message}${details}`;

const terminalLine = (
	{level, time, message, details}: Entry,
	isColoured: boolean,
): string => {
	const clock = time.toTimeString().slice(0, 8);
	const word = level.padEnd(5);
	return isColoured
		? `${dim}${clock}${reset} ${colours[level] ?? ''}${word}${reset} ${message}${dim}${details}${reset}`
		: `${clock} ${word} ${message}${details}`;
};

const dim = '\u{1B}[2m';
const reset = '\u{1B}[0m';
const colours: Readonly<Record<string, string>> = {
	fatal: '\u{1B}[31m',
	error: '\u{1B}[31m',
	warn: '\u{1B}[33m',
	info: '\u{1B}[32m',
	debug: '\u{1B}[36m',
};

/** An error as text: its message and what caused it. Its stack is for `--log-level debug`, where whoever logs adds it. */
const errorText = (error: unknown): unknown => {
	if (!(error instanceof Error)) {
		return error;
	}

	return error.cause instanceof Error
		? `${error.message} (${String(errorText(error.cause))})`
		: error.message;
};
