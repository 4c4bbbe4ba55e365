import type {Json, JsonObject} from '../../core/json.js';
import {editField, textField} from '../text-field.js';
import type {InputEvent} from '../terminal/decode-input.js';
import {expressionIn} from './field-schema.js';
import {
	changedParameters,
	fieldAt,
	fieldsOf,
	rowsOf,
	withRows,
	withValue,
	type Form,
	type FormField,
} from './form-state.js';
import {readValue, writeValue} from './read-value.js';

export type FormStep =
	| {readonly kind: 'form'; readonly form: Form}
	| {readonly kind: 'save'; readonly form: Form}
	/** The field's text in an editor. */
	| {
			readonly kind: 'edit';
			readonly form: Form;
			readonly field: FormField & {readonly kind: 'value' | 'cell'};
	  }
	/** Take what a preset sets, or keep the values as one. */
	| {readonly kind: 'take-preset' | 'save-preset'; readonly form: Form}
	| {readonly kind: 'leave'};

/** What a key does in the form. Pure. */
export const formInput = (
	form: Form,
	event: InputEvent,
): FormStep | undefined => {
	if (form.typing) {
		return typed(form, form.typing, event);
	}

	if (event.kind !== 'key') {
		return undefined;
	}

	const key = keys.get(event.name);
	return key?.(form);
};

type FormKey = (form: Form) => FormStep;

const to = (form: Form): FormStep => ({kind: 'form', form});

const typed = (
	form: Form,
	typing: NonNullable<Form['typing']>,
	event: InputEvent,
): FormStep | undefined => {
	if (event.kind === 'key' && event.name === 'esc') {
		const field = fieldAt(form);
		return to({
			...(field ? withoutFault(form, field) : form),
			typing: undefined,
		});
	}

	if (event.kind === 'key' && event.name === 'enter') {
		return to(take(form, typing));
	}

	const field = editField(typing.field, event);
	return field === typing.field
		? undefined
		: to({...form, typing: {...typing, field}});
};

const take = (form: Form, typing: NonNullable<Form['typing']>): Form => {
	const field = fieldAt(form);
	if (field === undefined) {
		return form;
	}

	const {path} = field;
	const {text} = typing.field;
	if (typing.isExpression) {
		return withValue(form, path, {expr: text});
	}

	if (field.kind === 'list') {
		return form;
	}

	const read = readValue(field.schema, text);
	return read.kind === 'value'
		? withValue(form, path, read.value)
		: {
				...withoutFault(form, field),
				faults: [
					...withoutFault(form, field).faults,
					{path, message: read.message},
				],
			};
};

const withoutFault = (form: Form, {path}: Pick<FormField, 'path'>): Form => ({
	...form,
	faults: form.faults.filter(
		(fault) => JSON.stringify(fault.path) !== JSON.stringify(path),
	),
});

const move =
	(by: number): FormKey =>
	(form) =>
		to({
			...form,
			done: undefined,
			isLeaving: false,
			cursor: Math.max(
				0,
				Math.min(fieldsOf(form).length - 1, form.cursor + by),
			),
		});

/** Enter: what goes round goes on; a text goes to the editor; all else is typed. */
const change: FormKey = (form) => {
	const field = fieldAt(form);
	if (field === undefined) {
		return to(form);
	}

	const expression = expressionIn(field.value);
	if (expression !== undefined) {
		return type(form, expression, true);
	}

	if (field.kind === 'list') {
		return addRow(form);
	}

	const {schema, value, path} = field;
	if (schema.type === 'bool') {
		return to(withValue(form, path, value !== true));
	}

	if (schema.type === 'enum') {
		return choice(1)(form);
	}

	return schema.type === 'text'
		? {kind: 'edit', form, field}
		: type(form, writeValue(schema, value), false);
};

const type = (form: Form, text: string, isExpression: boolean): FormStep =>
	to({...form, typing: {field: textField(text), isExpression}});

const choice =
	(by: 1 | -1): FormKey =>
	(form) => {
		const field = fieldAt(form);
		if (field?.kind === 'list' || field?.schema.type !== 'enum') {
			return to(form);
		}

		const {options} = field.schema;
		const at = options.indexOf(writeValue(field.schema, field.value));
		const next = options[(at + by + options.length) % options.length];
		return to(next === undefined ? form : withValue(form, field.path, next));
	};

/** An expression becomes the default value again, and any value an expression. */
const express: FormKey = (form) => {
	const field = fieldAt(form);
	if (field === undefined) {
		return to(form);
	}

	const {value} = field;
	return expressionIn(value) === undefined
		? type(form, literal(value), true)
		: to(withValue(form, field.path, field.schema.default));
};

/** What gives this value as an expression. */
const literal = (value: Json): string => JSON.stringify(value);

const reset: FormKey = (form) => {
	const field = fieldAt(form);
	return to(
		field === undefined
			? form
			: withValue(form, field.path, field.schema.default),
	);
};

type InList = {
	readonly name: string;
	readonly rows: readonly JsonObject[];
	/** Of the cursor; -1: on the list itself. */
	readonly index: number;
	readonly empty: JsonObject;
};

const listAt = (form: Form): InList | undefined => {
	const field = fieldAt(form);
	if (field === undefined || field.kind === 'value') {
		return undefined;
	}

	const [name, index = -1] = field.path;
	const schema = form.schemas[name];
	const rows = rowsOf(form.values[name] ?? schema?.default);
	return rows === undefined || schema?.type !== 'list'
		? undefined
		: {
				name,
				rows,
				index,
				empty: Object.fromEntries(
					Object.entries(schema.row).map(([cell, {default: value}]) => [
						cell,
						value,
					]),
				),
			};
};

/** On the first line of a row. */
const onRow = (form: Form, name: string, index: number): Form => {
	const at = fieldsOf(form).findIndex(
		({path}) => path[0] === name && path[1] === index,
	);
	const heading = fieldsOf(form).findIndex(({path}) => path[0] === name);
	return {...form, cursor: at === -1 ? Math.max(0, heading) : at};
};

/** What can be typed of the new row is typed at once. */
const addRow: FormKey = (form) => {
	const list = listAt(form);
	if (list === undefined) {
		return to(form);
	}

	// On the list's own line: at its end.
	const index = list.index === -1 ? list.rows.length : list.index + 1;
	const added = onRow(
		withRows(form, list.name, list.rows.toSpliced(index, 0, list.empty)),
		list.name,
		index,
	);
	const field = fieldAt(added);
	return field?.kind === 'cell' && isTyped.has(field.schema.type)
		? type(added, writeValue(field.schema, field.value), false)
		: to(added);
};

const isTyped: ReadonlySet<string> = new Set(['int', 'float', 'string']);

const removeRow: FormKey = (form) => {
	const list = listAt(form);
	if (list === undefined || list.index === -1) {
		return to(form);
	}

	const {name, rows, index} = list;
	return to(
		onRow(
			withRows(form, name, rows.toSpliced(index, 1)),
			name,
			Math.min(index, rows.length - 2),
		),
	);
};

const moveRow =
	(by: 1 | -1): FormKey =>
	(form) => {
		const list = listAt(form);
		const row = list?.rows[list.index];
		if (list === undefined || row === undefined) {
			return to(form);
		}

		const index = Math.max(0, Math.min(list.rows.length - 1, list.index + by));
		return to(
			onRow(
				withRows(
					form,
					list.name,
					list.rows.toSpliced(list.index, 1).toSpliced(index, 0, row),
				),
				list.name,
				index,
			),
		);
	};

const save: FormKey = (form) => ({kind: 'save', form});

const leave: FormKey = (form) =>
	form.isLeaving || changedParameters(form).length === 0
		? {kind: 'leave'}
		: to({...form, isLeaving: true});

const keys: ReadonlyMap<string, FormKey> = new Map([
	['j', move(1)],
	['down', move(1)],
	['tab', move(1)],
	['k', move(-1)],
	['up', move(-1)],
	['shift+tab', move(-1)],
	['pagedown', move(10)],
	['pageup', move(-10)],
	['g', move(-1e6)],
	['home', move(-1e6)],
	['G', move(1e6)],
	['end', move(1e6)],
	['enter', change],
	['space', change],
	['l', choice(1)],
	['right', choice(1)],
	['h', choice(-1)],
	['left', choice(-1)],
	['=', express],
	['u', reset],
	['a', addRow],
	['d', removeRow],
	['J', moveRow(1)],
	['shift+down', moveRow(1)],
	['K', moveRow(-1)],
	['shift+up', moveRow(-1)],
	['p', (form) => ({kind: 'take-preset', form})],
	['s', (form) => ({kind: 'save-preset', form})],
	['w', save],
	['ctrl+s', save],
	['esc', leave],
]);
