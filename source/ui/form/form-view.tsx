import {Lines} from '../components/lines.js';
import type {DialogView} from '../dialogs/dialog.js';
import type {Json} from '../../core/json.js';
import {isSameJson} from '../../graph/graph-document.js';
import {aroundCursor} from '../text-field.js';
import {
	cut,
	fit,
	fitLine,
	widthOf,
	type Line,
	type Span,
} from '../text/span.js';
import {wrapText} from '../text/wrap-text.js';
import type {Glyphs} from '../theme/glyphs.js';
import {expressionIn} from './field-schema.js';
import {
	faultOf,
	fieldsOf,
	toldFault,
	type Form,
	type FormField,
} from './form-state.js';
import {writeValue} from './read-value.js';

const labelColumns = 30;
/** For what the field under the cursor is about. */
const helpRows = 3;
/** For what is wrong with it, where that takes more. */
const mostFaultRows = 6;

/** The form, as much of it as there is room for, with the field under the cursor in sight. */
export function FormView({
	content: form,
	theme,
	columns,
	rows,
}: DialogView<Form>) {
	const fields = fieldsOf(form);
	const help = helpLines(form, fields[form.cursor], columns);
	const height = Math.max(1, rows - Math.max(helpRows + 1, help.length));
	const top = Math.max(
		0,
		Math.min(fields.length - height, form.cursor - Math.floor(height / 2)),
	);
	const shown = Array.from(
		{length: Math.min(height, fields.length)},
		(_, row) => {
			const field = fields[top + row];
			const isSelected = top + row === form.cursor;
			return {
				line: fitLine(
					field === undefined
						? []
						: fieldLine(form, field, {
								isSelected,
								glyphs: theme.glyphs,
								columns,
							}),
					columns,
				),
				...(isSelected && {backdrop: 'selected' as const}),
			};
		},
	);
	return (
		<Lines
			lines={[
				...shown,
				...help.map((line) => ({line: fitLine(line, columns)})),
			]}
			theme={theme}
		/>
	);
}

const fieldLine = (
	form: Form,
	field: FormField,
	{
		isSelected,
		glyphs,
		columns,
	}: {
		readonly isSelected: boolean;
		readonly glyphs: Glyphs;
		readonly columns: number;
	},
): Line => {
	const fault = faultOf(form, field);
	const mark = fault === undefined ? '' : `  ${glyphs.states.error} ${fault}`;
	const room = columns - labelColumns - 2;
	// What is wrong is told whole below: here, half of the room is enough.
	const width = room - Math.min(widthOf(mark), Math.floor(room / 2));
	const isDefault = isSameJson(field.value, field.schema.default);
	return [
		{text: isSelected ? glyphs.cursor : ' ', role: 'accent'},
		{
			text: fit(labelOf(field), labelColumns),
			role: isDefault ? 'normal' : 'strong',
		},
		{text: ' '},
		...(isSelected && form.typing
			? typingSpans(form.typing)
			: valueSpans(field, {isDefault, glyphs, width})),
		{text: mark, role: 'error'},
	];
};

const labelOf = (field: FormField): string => {
	if (field.kind !== 'cell') {
		return ` ${field.schema.label}`;
	}

	const [, index] = field.path;
	return `   ${field.isFirst ? `${index + 1}.`.padEnd(4) : ' '.repeat(4)}${field.schema.label}`;
};

const typingSpans = ({
	field,
	isExpression,
}: NonNullable<Form['typing']>): readonly Span[] => {
	const [before, under, after] = aroundCursor(field);
	return [
		{text: isExpression ? '= ' : '', role: 'key'},
		{text: before},
		{text: under, role: 'cursor'},
		{text: after},
	];
};

const valueSpans = (
	field: FormField,
	{
		isDefault,
		glyphs,
		width,
	}: {
		readonly isDefault: boolean;
		readonly glyphs: Glyphs;
		readonly width: number;
	},
): readonly Span[] => {
	const {value} = field;
	const expression = expressionIn(value);
	if (expression !== undefined) {
		return [
			{text: '= ', role: 'key'},
			{text: cut(expression, width - 2), role: 'accent'},
		];
	}

	if (field.kind === 'list') {
		const {length} = value as readonly Json[];
		return [
			{text: length === 1 ? '1 row' : `${length} rows`, role: 'dim'},
			{text: '  a adds one', role: 'dim'},
		];
	}

	const {schema} = field;
	if (schema.type === 'enum') {
		return schema.options.map((option) => ({
			text: option === value ? `[${option}]` : ` ${option} `,
			role: option === value ? 'accent' : 'dim',
		}));
	}

	const role = isDefault ? 'dim' : 'normal';
	const text = writeValue(schema, value);
	if (schema.type !== 'text') {
		return [{text: text === '' ? '""' : cut(text, width), role}];
	}

	const [first = '', ...rest] = text.split('\n');
	const more =
		rest.length === 0 ? '' : ` ${glyphs.ellipsis} ${rest.length + 1} lines`;
	return [
		{text: cut(first, width - widthOf(more)), role},
		{text: more, role: 'dim'},
	];
};

const helpLines = (
	form: Form,
	field: FormField | undefined,
	columns: number,
): readonly Line[] => {
	const {isLeaving, typing, preview, done} = form;
	if (isLeaving) {
		return [
			[],
			...wrapText(
				'What was changed is not saved: w saves it, esc again leaves without.',
				columns - 2,
			).map((line): Line => [{text: ` ${line}`, role: 'warning'}]),
		];
	}

	if (
		preview !== undefined &&
		typing?.isExpression === true &&
		typing.field.text === preview.of
	) {
		return [
			[],
			...wrapText(preview.said, columns - 4)
				.slice(0, helpRows)
				.map((line, index): Line => [
					{text: index === 0 ? ' = ' : ' '.repeat(3), role: 'key'},
					{text: line, role: preview.isFault ? 'error' : 'good'},
				]),
		];
	}

	if (done !== undefined) {
		return [[], [{text: ` ${done}`, role: 'good'}]];
	}

	const fault = toldFault(form);
	if (fault !== undefined) {
		return [
			[],
			...wrapText(fault, columns - 2)
				.slice(0, mostFaultRows)
				.map((line): Line => [{text: ` ${line}`, role: 'error'}]),
		];
	}

	const {schema} = field ?? {};
	const limits =
		schema?.type === 'int' || schema?.type === 'float'
			? [
					...(schema.min === undefined ? [] : [`at least ${schema.min}`]),
					...(schema.max === undefined ? [] : [`at most ${schema.max}`]),
				]
			: [];
	const text = [
		schema?.description ?? '',
		limits.length === 0 ? '' : `(${limits.join(', ')})`,
	]
		.filter((part) => part !== '')
		.join(' ');
	return [
		[],
		...wrapText(text, columns - 2)
			.slice(0, helpRows)
			.map((line): Line => [{text: ` ${line}`, role: 'dim'}]),
	];
};
