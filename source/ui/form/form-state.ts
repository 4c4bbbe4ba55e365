import type {Json, JsonObject} from '../../core/json.js';
import {isSameJson} from '../../graph/graph-document.js';
import type {TextField} from '../text-field.js';
import type {
	CellSchema,
	FieldSchema,
	FieldSchemas,
	ListSchema,
} from './field-schema.js';

/** `['cpus']`, or of a list's row `['command', 0, 'arg']`; the row itself is `['command', 0]`. */
export type FieldPath = ReadonlyArray<string | number>;

export type FormFault = {readonly path: FieldPath; readonly message: string};

export type Form = {
	readonly schemas: FieldSchemas;
	readonly values: JsonObject;
	/** As they were when the form was opened. */
	readonly before: JsonObject;
	/** Of `fieldsOf`. */
	readonly cursor: number;
	/** What is being typed into the field under the cursor. */
	readonly typing:
		{readonly field: TextField; readonly isExpression: boolean} | undefined;
	readonly faults: readonly FormFault[];
	/** What the expression gives that is being typed, or was. */
	readonly preview:
		| {readonly of: string; readonly said: string; readonly isFault: boolean}
		| undefined;
	/** What was done from here, such as a preset that was saved; until something else is. */
	readonly done: string | undefined;
	/** Esc was pressed with changes that are not saved. */
	readonly isLeaving: boolean;
};

/** A line of the form that the cursor can be on. */
export type FormField =
	| {
			readonly kind: 'value';
			readonly path: FieldPath;
			readonly schema: CellSchema;
			readonly value: Json;
	  }
	| {
			readonly kind: 'list';
			readonly path: readonly [string];
			readonly schema: ListSchema;
			readonly value: readonly Json[] | JsonObject;
	  }
	| {
			readonly kind: 'cell';
			readonly path: readonly [string, number, string];
			readonly schema: CellSchema;
			readonly value: Json;
			/** The first of its row. */
			readonly isFirst: boolean;
	  };

/** Those that are shown, from top to bottom: a parameter whose condition does not hold is left out. */
export const fieldsOf = ({schemas, values}: Form): readonly FormField[] =>
	Object.entries(schemas)
		.filter(([, schema]) => isShown(schema, values, schemas))
		.flatMap(([name, schema]): FormField[] => {
			const value = values[name] ?? schema.default;
			return schema.type === 'list'
				? listFields(name, schema, value)
				: [{kind: 'value', path: [name], schema, value}];
		});

export const fieldAt = (form: Form): FormField | undefined =>
	fieldsOf(form)[form.cursor];

const listFields = (
	name: string,
	schema: ListSchema,
	value: Json,
): FormField[] => {
	const rows = rowsOf(value);
	return [
		{
			kind: 'list',
			path: [name],
			schema,
			value: rows ?? (value as JsonObject),
		},
		...(rows ?? []).flatMap((row, index) =>
			cellsOf(schema, row).map(([cell, cellSchema], place): FormField => ({
				kind: 'cell',
				path: [name, index, cell],
				schema: cellSchema,
				value: row[cell] ?? cellSchema.default,
				isFirst: place === 0,
			})),
		),
	];
};

const cellsOf = (
	{row: schemas}: ListSchema,
	row: JsonObject,
): ReadonlyArray<readonly [string, CellSchema]> =>
	Object.entries(schemas).filter(([, schema]) => isShown(schema, row, schemas));

const isShown = (
	{when}: FieldSchema,
	values: JsonObject,
	schemas: FieldSchemas,
): boolean => {
	if (when === undefined) {
		return true;
	}

	const {parameter} = when;
	const other = schemas[parameter];
	// What depends on something that is not shown is not shown either.
	if (other !== undefined && !isShown(other, values, schemas)) {
		return false;
	}

	const value = values[parameter] ?? other?.default;
	// What an expression will give is not known: it may be needed.
	return isObject(value) || when.is.some((one) => isSameJson(one, value));
};

/** The rows of a list; undefined where the whole list is an expression. */
export const rowsOf = (
	value: Json | undefined,
): readonly JsonObject[] | undefined =>
	Array.isArray(value)
		? (value as readonly Json[]).filter((row): row is JsonObject =>
				isObject(row),
			)
		: undefined;

const isObject = (value: Json | undefined): value is JsonObject =>
	typeof value === 'object' && value !== null && !Array.isArray(value);

/** With another value there; its fault is forgotten, and so is what was being typed. */
export const withValue = (form: Form, path: FieldPath, value: Json): Form => {
	const [name = '', index, cell] = path as readonly [string?, number?, string?];
	const rows = rowsOf(form.values[name] ?? form.schemas[name]?.default);
	const whole =
		index === undefined || cell === undefined
			? value
			: (rows ?? []).map((row, place) =>
					place === index ? {...row, [cell]: value} : row,
				);
	return {
		...form,
		values: {...form.values, [name]: whole},
		typing: undefined,
		done: undefined,
		isLeaving: false,
		faults: form.faults.filter(
			({path: other}) => JSON.stringify(other) !== JSON.stringify(path),
		),
	};
};

/** With other rows in a list; what was wrong with the old ones is forgotten. */
export const withRows = (
	form: Form,
	name: string,
	rows: readonly JsonObject[],
): Form => ({
	...form,
	values: {...form.values, [name]: rows},
	done: undefined,
	isLeaving: false,
	faults: form.faults.filter(({path}) => path[0] !== name),
});

/** The parameters that are others than before. */
export const changedParameters = ({
	schemas,
	values,
	before,
}: Form): readonly string[] =>
	Object.keys(schemas).filter(
		(name) => !isSameJson(values[name], before[name]),
	);

/** As it was refused, with the cursor on what is at fault. */
export const withFaults = (form: Form, faults: readonly FormFault[]): Form => {
	const now = {...form, faults, isLeaving: false};
	const fields = fieldsOf(now);
	const isFaulty = (field: FormField): boolean =>
		faultOf(now, field) !== undefined;
	const here = fields[form.cursor];
	const first = fields.findIndex((field) => isFaulty(field));
	return first === -1 || (here !== undefined && isFaulty(here))
		? now
		: {...now, cursor: first};
};

/** What is to be told of what is wrong: with the field under the cursor, else with the first one, which is named. */
export const toldFault = (form: Form): string | undefined => {
	const fields = fieldsOf(form);
	const here = fields[form.cursor];
	const own = here && faultOf(form, here);
	if (own !== undefined) {
		return own;
	}

	const first = form.faults[0];
	const at = fields.find(
		({path}) => JSON.stringify(path) === JSON.stringify(first?.path),
	);
	return first === undefined || at === undefined
		? first?.message
		: `${placeOf(at)}: ${first.message}`;
};

const placeOf = (field: FormField): string =>
	field.kind === 'cell'
		? `${field.schema.label}, row ${field.path[1] + 1}`
		: field.schema.label;

/** What is wrong with a field itself. */
export const faultOf = (
	{faults}: Form,
	{path}: Pick<FormField, 'path'>,
): string | undefined => {
	const text = JSON.stringify(path);
	return faults.find((fault) => JSON.stringify(fault.path) === text)?.message;
};

/** With the values of a preset; what was wrong with the old ones is forgotten. One that has no such parameter leaves it out. */
export const withPreset = (form: Form, parameters: JsonObject): Form => ({
	...form,
	values: {
		...form.values,
		...Object.fromEntries(
			Object.entries(parameters).filter(([name]) =>
				Object.hasOwn(form.schemas, name),
			),
		),
	},
	typing: undefined,
	done: undefined,
	isLeaving: false,
	faults: form.faults.filter(
		({path}) => !Object.hasOwn(parameters, path[0] ?? ''),
	),
});

/** Those that are not as by default. */
export const chosenParameters = ({schemas, values}: Form): JsonObject =>
	Object.fromEntries(
		Object.entries(schemas).flatMap(
			([name, schema]): ReadonlyArray<readonly [string, Json]> => {
				const value = values[name];
				return value === undefined || isSameJson(value, schema.default)
					? []
					: [[name, value]];
			},
		),
	);
