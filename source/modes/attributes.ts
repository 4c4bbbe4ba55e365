import {FarmError} from '../core/errors.js';
import type {Json, JsonObject} from '../core/json.js';
import type {Flags} from './context.js';
import {inexactNumber, isExact} from './exact-number.js';
import {parseAssignments} from './parse-assignment.js';
import {parseFrames} from './parse-frames.js';
import {readInput} from './read-input.js';

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
	const {parseDocument, visit} = await import('./yaml.js');
	const document = parseDocument(text);
	const [fault] = document.errors;
	if (fault !== undefined) {
		throw new FarmError(
			'INVALID',
			`--attrs ${file}: ${fault.message.split('\n', 1)[0]}`,
		);
	}

	visit(document, {
		Scalar(_key, {value: number, source}) {
			if (
				typeof number === 'number' &&
				source !== undefined &&
				!isExact(number, source)
			) {
				throw new FarmError(
					'INVALID',
					`--attrs ${file}: ${inexactNumber(source)}.`,
				);
			}
		},
	});
	let value: unknown;
	try {
		value = document.toJS({maxAliasCount: 1000});
		// What stands within itself, or is too deep, is no JSON.
		JSON.stringify(value);
	} catch (error) {
		throw new FarmError(
			'INVALID',
			`--attrs ${file}: its anchors cannot be resolved, or it is nested too deep.`,
			{cause: error},
		);
	}

	if (!isJsonObject(value)) {
		throw new FarmError(
			'INVALID',
			`--attrs ${file} holds no attributes: an object with a value for each name is expected.`,
		);
	}

	return value;
};

const isJsonObject = (value: unknown): value is JsonObject =>
	typeof value === 'object' &&
	value !== null &&
	!Array.isArray(value) &&
	Object.values(value).every((member) => isJson(member));

/** YAML can say more than JSON: endless numbers, for one. */
const isJson = (value: unknown): value is Json =>
	value === null ||
	typeof value === 'string' ||
	typeof value === 'boolean' ||
	Number.isFinite(value) ||
	(Array.isArray(value)
		? value.every((member) => isJson(member))
		: isJsonObject(value));
