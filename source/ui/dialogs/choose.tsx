import {Lines} from '../components/lines.js';
import {editField, textField, type TextField} from '../text-field.js';
import {fuzzyChoices} from '../text/fuzzy.js';
import {fit, type Line} from '../text/span.js';
import {asDialog, type Dialog, type DialogView} from './dialog.js';

export type Choice<Value> = {
	readonly label: string;
	/** Behind it, less loud. */
	readonly note?: string | undefined;
	readonly value: Value;
};

type Content<Value> = {
	readonly items: ReadonlyArray<Choice<Value>>;
	readonly field: TextField;
	readonly cursor: number;
};

/** One of several: typing narrows them, enter takes one. */
export const choose = <Value,>({
	title,
	items,
	onChoose,
}: {
	readonly title: string;
	readonly items: ReadonlyArray<Choice<Value>>;
	readonly onChoose: (value: Value) => void | Promise<void>;
}): Dialog =>
	asDialog<Content<Value>>({
		title,
		content: {items, field: textField(), cursor: 0},
		hints: () => [
			{key: 'type', label: 'narrow'},
			{key: 'enter', label: 'choose'},
			{key: 'esc', label: 'leave'},
		],
		onInput(content, event) {
			const found = matching(content);
			const move = (by: number) => ({
				content: {
					...content,
					cursor:
						found.length === 0
							? 0
							: (content.cursor + by + found.length) % found.length,
				},
			});
			if (event.kind === 'key') {
				switch (event.name) {
					case 'up':
					case 'ctrl+p':
					case 'shift+tab': {
						return move(-1);
					}

					case 'down':
					case 'ctrl+n':
					case 'tab': {
						return move(1);
					}

					case 'enter': {
						const item = found[content.cursor];
						return item === undefined
							? {}
							: {isClosed: true, act: async () => onChoose(item.value)};
					}

					default: {
						break;
					}
				}
			}

			const field = editField(content.field, event);
			return field === content.field
				? undefined
				: {content: {...content, field, cursor: 0}};
		},
		Component: ChooseView,
	});

const matching = <Value,>({
	items,
	field: {text},
}: Content<Value>): ReadonlyArray<Choice<Value>> => fuzzyChoices(text, items);

function ChooseView<Value>({
	content,
	theme,
	columns,
	rows,
}: DialogView<Content<Value>>) {
	const found = matching(content);
	const height = Math.max(1, Math.min(rows - 1, content.items.length));
	const top = Math.max(0, content.cursor - height + 1);
	const widest = Math.min(
		40,
		Math.max(8, ...content.items.map(({label}) => label.length)),
	);
	const lines = [
		{
			line: [
				{text: '> ', role: 'key'},
				{text: fit(`${content.field.text}_`, columns - 2)},
			] as Line,
		},
		...(found.length === 0
			? [
					{
						line: [{text: fit('Nothing fits.', columns), role: 'dim'}] as Line,
					},
				]
			: []),
		...found.slice(top, top + height).map(({label, note = ''}, index) => ({
			line: [
				{text: fit(label, Math.min(columns, widest))},
				{
					text: fit(`  ${note}`, Math.max(0, columns - widest)),
					role: 'dim',
				},
			] as Line,
			...(top + index === content.cursor && {backdrop: 'selected' as const}),
		})),
	];
	while (lines.length < height + 1) {
		lines.push({line: [{text: ' '.repeat(columns)}]});
	}

	return <Lines lines={lines} theme={theme} />;
}
