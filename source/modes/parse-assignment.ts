import {FarmError} from '../core/errors.js';
import type {Json, JsonObject} from '../core/json.js';
import {inexactNumber, isExact} from './exact-number.js';
import {echo, shorten} from './echo.js';

/**
`name=text` or `name:=JSON`. What stands before the first equals sign is the name.

@throws FarmError `INVALID` that says what of `where` (`--attr`) cannot be read.
*/
export const parseAssignment = (
	text: string,
	where: string,
): {
	readonly name: string;
	readonly value: Json;
	/** It was written with `:=`. */
	readonly isJson: boolean;
} => {
	const equals = text.indexOf('=');
	if (equals === -1) {
		throw new FarmError(
			'INVALID',
			`${where} ${echo(text)} has no equals sign: write name=text, or name:=JSON.`,
		);
	}

	const isJson = text[equals - 1] === ':';
	const name = text.slice(0, isJson ? equals - 1 : equals);
	const written = text.slice(equals + 1);
	if (name === '') {
		throw new FarmError(
			'INVALID',
			`${where} ${echo(text)} has no name before its equals sign.`,
		);
	}

	return {
		name,
		value: isJson ? parseJson({name, written, where}) : written,
		isJson,
	};
};

/** Several of them; a later one of the same name wins. */
export const parseAssignments = (
	texts: readonly string[],
	where: string,
): JsonObject =>
	Object.fromEntries(
		texts.map((text) => {
			const {name, value} = parseAssignment(text, where);
			return [name, value];
		}),
	);

/** As JSON.parse gives it to a reviver; the compiler does not know the last yet. */
type Revived = [
	key: string,
	member: unknown,
	context?: {readonly source?: string},
];

const parseJson = ({
	name,
	written,
	where,
}: {
	readonly name: string;
	readonly written: string;
	readonly where: string;
}): Json => {
	const rounded: string[] = [];
	let value: Json;
	try {
		value = JSON.parse(written, (...[, member, context]: Revived) => {
			const source = context?.source;
			if (
				typeof member === 'number' &&
				source !== undefined &&
				!isExact(member, source)
			) {
				rounded.push(source);
			}

			return member;
		}) as Json;
	} catch (error) {
		throw new FarmError(
			'INVALID',
			`${where} ${name}: ${echo(written)} is no JSON (${error instanceof Error ? error.message : ''}); for a plain text write ${name}=${shorten(written)}.`,
			{cause: error},
		);
	}

	const [first] = rounded;
	if (first !== undefined) {
		throw new FarmError(
			'INVALID',
			`${where} ${name}: ${inexactNumber(first)}.`,
		);
	}

	return value;
};
