import {Buffer} from 'node:buffer';
import fs from 'node:fs/promises';
import process from 'node:process';
import {FarmError} from '../core/errors.js';
import type {Json, JsonObject} from '../core/json.js';
import type {Flags} from './context.js';
import {parseAssignments} from './parse-assignment.js';
import {parseFrames} from './parse-frames.js';

/**
The attributes that `--attrs FILE`, `--frames` and `--attr` give; of the same name, the later in this order wins.

@throws FarmError `INVALID`
*/
export const taskAttributes = async (flags: Flags): Promise<JsonObject> => {
	const file = flags.text('attrs');
	const frames = flags.text('frames');
	// What is in the words is looked at first: it needs no file.
	const assigned = parseAssignments(flags.texts('attr'), '--attr');
	const listed = frames === undefined ? {} : {frames: parseFrames(frames)};
	return {
		...(file !== undefined && (await attributesFile(file))),
		...listed,
		...assigned,
	};
};

const attributesFile = async (file: string): Promise<JsonObject> => {
	const text = await readInput(file, '--attrs');
	const {parseDocument} = await import('yaml');
	const document = parseDocument(text);
	const [fault] = document.errors;
	if (fault !== undefined) {
		throw new FarmError(
			'INVALID',
			`--attrs ${file}: ${fault.message.split('\n', 1)[0]}`,
		);
	}

	const value: unknown = document.toJS({maxAliasCount: 1000});
	if (!isJsonObject(value)) {
		throw new FarmError(
			'INVALID',
			`--attrs ${file} holds no attributes: an object with a value for each name is expected.`,
		);
	}

	return value;
};

/** Text of a file, or of standard input for `-`. */
export const readInput = async (
	file: string,
	where: string,
): Promise<string> => {
	try {
		if (file !== '-') {
			const {size} = await fs.stat(file);
			checkSize(size, file);
			return await fs.readFile(file, 'utf8');
		}

		const pieces: Buffer[] = [];
		let size = 0;
		for await (const piece of process.stdin as AsyncIterable<Buffer>) {
			size += piece.length;
			checkSize(size, 'standard input');
			pieces.push(piece);
		}

		return Buffer.concat(pieces).toString('utf8');
	} catch (error) {
		if (error instanceof FarmError) {
			throw error;
		}

		throw new FarmError(
			'INVALID',
			`${where} ${file} cannot be read (${error instanceof Error && 'code' in error ? String(error.code) : String(error)}).`,
			{cause: error},
		);
	}
};

/** A message on the wire may have 8 MiB. */
const largestInput = 4 * 1024 * 1024;

const checkSize = (size: number, what: string): void => {
	if (size > largestInput) {
		throw new FarmError(
			'INVALID',
			`${what} is larger than ${largestInput / 1024 / 1024} MiB, which is as much as fits into one request.`,
		);
	}
};

const isJsonObject = (value: unknown): value is JsonObject =>
	typeof value === 'object' &&
	value !== null &&
	!Array.isArray(value) &&
	Object.values(value).every((member) => isJson(member));

/** YAML can say more than JSON: endless numbers, for one. */
const isJson = (value: unknown): value is Json => {
	switch (typeof value) {
		case 'string':
		case 'boolean': {
			return true;
		}

		case 'number': {
			return Number.isFinite(value);
		}

		case 'object': {
			return (
				value === null ||
				(Array.isArray(value)
					? value.every((member) => isJson(member))
					: isJsonObject(value))
			);
		}

		default: {
			return false;
		}
	}
};
