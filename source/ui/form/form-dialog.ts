import type {JsonObject} from '../../core/json.js';
import {asDialog, type Dialog} from '../dialogs/dialog.js';
import type {Tools} from '../tools.js';
import type {CellSchema, FieldSchemas} from './field-schema.js';
import {formInput} from './form-input.js';
import {
	changedParameters,
	chosenParameters,
	withFaults,
	withPreset,
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
	/** What an expression gives, shown while it is typed; rejects where that cannot be told. */
	readonly evaluate?: ((expression: string) => Promise<Preview>) | undefined;
	readonly presets?:
		| {
				/** Asks which one. */
				readonly take: (
					onTaken: (parameters: JsonObject) => void,
				) => Promise<void>;
				/** Keeps these, after asking for a name. */
				readonly save: (
					parameters: JsonObject,
					onSaved: (name: string) => void,
				) => Promise<void>;
		  }
		| undefined;
};

export type Preview = {readonly said: string; readonly isFault: boolean};

type FormTools = Pick<Tools, 'openDialog' | 'changeDialog' | 'edit' | 'notice'>;

/** A form for values by their schemas. */
export const openForm = (
	tools: FormTools,
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
		preview: undefined,
		done: undefined,
		isLeaving: false,
	});
};

const openOn = (
	tools: FormTools,
	options: FormOptions,
	content: Form,
): void => {
	tools.openDialog(formDialog(tools, options, content));
};

const formDialog = (
	tools: FormTools,
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
						{key: 'w', label: 'save'},
						{key: 'esc', label: 'leave'},
						{key: 'enter', label: 'change'},
						{key: '=', label: 'expression'},
						...(options.presets
							? [
									{key: 'p', label: 'preset'},
									{key: 's', label: 'save as preset'},
								]
							: []),
						{key: 'a', label: 'add row'},
						{key: 'd', label: 'delete row'},
						{key: 'u', label: 'default'},
						{key: 'J/K', label: 'move row'},
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
					return {
						content: step.form,
						act: async () => preview(tools, options, step.form),
					};
				}

				case 'leave': {
					return {isClosed: true};
				}

				case 'save': {
					return {isClosed: true, act: async () => save(tools, options, form)};
				}

				case 'take-preset': {
					return {
						content: step.form,
						act: async () =>
							options.presets?.take((parameters) => {
								changeForm(tools, (shown) => withPreset(shown, parameters));
							}),
					};
				}

				case 'save-preset': {
					return {
						content: step.form,
						act: async () =>
							options.presets?.save(chosenParameters(step.form), (name) => {
								changeForm(tools, (shown) => ({
									...shown,
									done: `Saved as preset ${name}.`,
								}));
							}),
					};
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

/** Only what was asked last is shown, and only while it stands there. */
const preview = async (
	tools: FormTools,
	{evaluate}: FormOptions,
	{schemas, typing, preview: known}: Form,
): Promise<void> => {
	const text = typing?.isExpression === true ? typing.field.text : undefined;
	if (evaluate === undefined || text === undefined || known?.of === text) {
		return;
	}

	const told = await evaluate(text).catch((error: unknown): Preview => ({
		said: error instanceof Error ? error.message : String(error),
		isFault: true,
	}));
	changeForm(tools, (form) =>
		form.schemas === schemas && form.typing?.field.text === text
			? {...form, preview: {...told, of: text}}
			: form,
	);
};

/** The form, if it is what is on top. */
const changeForm = (tools: FormTools, change: (form: Form) => Form): void => {
	tools.changeDialog((content) =>
		isForm(content) ? change(content) : content,
	);
};

const isForm = (content: unknown): content is Form =>
	typeof content === 'object' && content !== null && 'schemas' in content;

const save = async (
	tools: FormTools,
	options: FormOptions,
	form: Form,
): Promise<void> => {
	const changed = changedParameters(form);
	if (changed.length === 0) {
		tools.notice('info', 'Nothing was changed.');
		return;
	}

	// Also where it could not even be asked, what was written is not lost.
	const faults = await options
		.onSave(form.values, changed)
		.catch((error: unknown): readonly FormFault[] => [
			{
				path: [],
				message: error instanceof Error ? error.message : String(error),
			},
		]);
	if (faults.length > 0) {
		openOn(tools, options, withFaults(form, faults));
	}
};

const suffixes: ReadonlyMap<string, string> = new Map([
	['python', '.py'],
	['javascript', '.js'],
]);

/** So that an editor knows what it edits. */
const suffixOf = (schema: CellSchema): string =>
	suffixes.get((schema.type === 'text' ? schema.syntax : undefined) ?? '') ??
	'.txt';
