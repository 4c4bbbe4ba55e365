import {FarmError} from '../core/errors.js';
import type {Json} from '../core/json.js';
import {confirm} from './dialogs/confirm.js';
import {confirmChange} from './dialogs/confirm-change.js';
import {
	differenceLines,
	jsonDifference,
	type JsonDifference,
} from './text/json-difference.js';
import type {Tools} from './tools.js';

type JsonObject = Readonly<Record<string, Json>>;

/** Gives an object to the editor as JSON, shows what would change, and applies it when that is wanted. Text that is no object goes back into the editor, or nowhere. */
export const editJson = async (
	tools: Tools,
	{
		title,
		before,
		apply,
	}: {
		readonly title: string;
		readonly before: JsonObject;
		readonly apply: (
			difference: JsonDifference,
			after: JsonObject,
		) => Promise<void>;
	},
): Promise<void> => {
	const edit = async (text: string): Promise<void> => {
		const edited = await tools.edit(text, {suffix: '.json'});
		if (edited === undefined) {
			tools.notice('info', 'nothing was changed');
			return;
		}

		const after = parseObject(edited);
		if (after instanceof FarmError) {
			tools.openDialog(
				confirm({
					title: 'This cannot be read',
					text: [after.message, 'Edit it again?'],
					onYes: async () => edit(edited),
				}),
			);
			return;
		}

		const difference = jsonDifference(before, after);
		const lines = differenceLines(before, difference);
		if (lines.length === 0) {
			tools.notice('info', 'nothing was changed');
			return;
		}

		tools.openDialog(
			confirmChange({
				title,
				lines,
				onYes: async () => apply(difference, after),
				onEdit: async () => edit(edited),
			}),
		);
	};

	await edit(`${JSON.stringify(before, undefined, '\t')}\n`);
};

const parseObject = (text: string): JsonObject | FarmError => {
	try {
		const value: unknown = JSON.parse(text);
		return isObject(value)
			? value
			: new FarmError(
					'INVALID',
					'It must be an object: names and values in braces.',
				);
	} catch (error) {
		return new FarmError(
			'INVALID',
			`It is no JSON: ${error instanceof Error ? error.message : String(error)}.`,
		);
	}
};

const isObject = (value: unknown): value is JsonObject =>
	typeof value === 'object' && value !== null && !Array.isArray(value);
