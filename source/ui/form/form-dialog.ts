import type {JsonObject} from '../../core/json.js';
import {asDialog, type Dialog} from '../dialogs/dialog.js';
import type {Tools} from '../tools.js';
import type {CellSchema, FieldSchemas} from './field-schema.js';
import {formInput} from './form-input.js';
import {
	changedParameters,
	withValue,
	type Form,
	type FormFault,
} from './form-state.js';
import {FormView} from './form-view.js';
import {writeValue} from './read-value.js';

type FormOptions = {
	readonly title: string;
	/** Takes what was changed, all values given; or says what is wrong with it, and the form comes back. */
	readonly onSave: (
		values: JsonObject,
		changed: readonly string[],
	) => Promise<readonly FormFault[]>;
};

/** A form for values by their schemas. */
export const openForm = (
	tools: Pick<Tools, 'openDialog' | 'edit' | 'notice'>,
	{
		schemas,
		values,
		...options
	}: FormOptions & {
		readonly schemas: FieldSchemas;
		/** Every one, with defaults where nothing else is set. */
		readonly values: JsonObject;
	},
): void => {
	openOn(tools, options, {
		schemas,
		values,
		before: values,
		cursor: 0,
		typing: undefined,
		faults: [],
		isLeaving: false,
	});
};

const openOn = (
	tools: Pick<Tools, 'openDialog' | 'edit' | 'notice'>,
	options: FormOptions,
	content: Form,
): void => {
	tools.openDialog(formDialog(tools, options, content));
};

const formDialog = (
	tools: Pick<Tools, 'openDialog' | 'edit' | 'notice'>,
	options: FormOptions,
	content: Form,
): Dialog =>
	asDialog<Form>({
		title: options.title,
		isLarge: true,
		content,
		hints: ({typing}) =>
			typing === undefined
				? [
						{key: 'enter', label: 'change'},
						{key: '=', label: 'expression'},
						{key: 'u', label: 'default'},
						{key: 'a', label: 'add row'},
						{key: 'd', label: 'delete row'},
						{key: 'J/K', label: 'move row'},
						{key: 'w', label: 'save'},
						{key: 'esc', label: 'leave'},
					]
				: [
						{key: 'enter', label: 'take'},
						{key: 'esc', label: 'leave as it was'},
					],
		onInput(form, event) {
			const step = formInput(form, event);
			if (step === undefined) {
				return undefined;
			}

			switch (step.kind) {
				case 'form': {
					return {content: step.form};
				}

				case 'leave': {
					return {isClosed: true};
				}

				case 'save': {
					return {isClosed: true, act: async () => save(tools, options, form)};
				}

				case 'edit': {
					const {field} = step;
					return {
						isClosed: true,
						async act() {
							const text = await tools.edit(
								writeValue(field.schema, field.value),
								{suffix: suffixOf(field.schema)},
							);
							openOn(
								tools,
								options,
								text === undefined ? form : withValue(form, field.path, text),
							);
						},
					};
				}
			}
		},
		Component: FormView,
	});

const save = async (
	tools: Pick<Tools, 'openDialog' | 'edit' | 'notice'>,
	options: FormOptions,
	form: Form,
): Promise<void> => {
	const changed = changedParameters(form);
	if (changed.length === 0) {
		tools.notice('info', 'Nothing was changed.');
		return;
	}

	const faults = await options.onSave(form.values, changed);
	if (faults.length === 0) {
		return;
	}

	openOn(tools, options, {...form, faults, isLeaving: false});
	tools.notice('error', faults[0]?.message ?? '');
};

const suffixes: ReadonlyMap<string, string> = new Map([
	['python', '.py'],
	['javascript', '.js'],
]);

/** So that an editor knows what it edits. */
const suffixOf = (schema: CellSchema): string =>
	suffixes.get((schema.type === 'text' ? schema.syntax : undefined) ?? '') ??
	'.txt';
