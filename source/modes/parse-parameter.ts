import {FarmError} from '../core/errors.js';
import type {Json, JsonObject} from '../core/json.js';
import {parseAssignment} from './parse-assignment.js';

/** The type of a parameter, by its name; undefined where the node type has no such parameter. */
export type ParameterTypes = (name: string) => string | undefined;

/**
`name=value`, read as the parameter's type wants it; `name==expression`; `name:=JSON`. What does not fit is passed on as it stands: the scheduler says what is allowed.

@throws FarmError `INVALID` for what cannot be read at all
*/
export const parseParameters = (
	texts: readonly string[],
	typeOf: ParameterTypes,
): JsonObject =>
	Object.fromEntries(
		texts.map((text) => {
			const {name, value, isJson} = parseAssignment(text, 'The parameter');
			return [
				name,
				isJson || typeof value !== 'string'
					? value
					: readValue({name, written: value, type: typeOf(name)}),
			];
		}),
	);

const readValue = ({
	name,
	written,
	type,
}: {
	readonly name: string;
	readonly written: string;
	readonly type: string | undefined;
}): Json => {
	if (written.startsWith('=')) {
		return {expr: written.slice(1)};
	}

	switch (type) {
		case 'int':
		case 'float': {
			const number = written.trim() === '' ? NaN : Number(written);
			return Number.isFinite(number) ? number : written;
		}

		case 'bool': {
			return booleans.get(written.toLowerCase()) ?? written;
		}

		case 'json': {
			return jsonOf(written) ?? written;
		}

		case 'list': {
			const list = jsonOf(written);
			if (list === undefined) {
				throw new FarmError(
					'INVALID',
					`The parameter ${name} is a list: write it as JSON, as in ${name}:='[{"name":"a"}]'.`,
				);
			}

			return list;
		}

		// Text, a menu's word, or a parameter that is not known here.
		case undefined:
		default: {
			return written;
		}
	}
};

const booleans: ReadonlyMap<string, boolean> = new Map([
	['true', true],
	['yes', true],
	['on', true],
	['1', true],
	['false', false],
	['no', false],
	['off', false],
	['0', false],
]);

const jsonOf = (text: string): Json | undefined => {
	try {
		const value = JSON.parse(text) as Json;
		return value;
	} catch {
		return undefined;
	}
};
