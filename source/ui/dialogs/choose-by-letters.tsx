import {Lines} from '../components/lines.js';
import {hintLetters} from '../graph/hint-letters.js';
import {editField, textField, type TextField} from '../text-field.js';
import {fuzzyOrder} from '../text/fuzzy.js';
import {fit, type Line} from '../text/span.js';
import type {Choice} from './choose.js';
import {asDialog, type Dialog, type DialogView} from './dialog.js';

type Content<Value> = {
	readonly items: ReadonlyArray<Choice<Value>>;
	/** Letters typed so far. */
	readonly typed: string;
	readonly filter: TextField;
	/** What is typed goes into the filter. */
	readonly isFiltering: boolean;
	readonly cursor: number;
};

/** One of several by the letters that stand beside it; `/` narrows them first, and they get new letters. */
export const chooseByLetters = <Value,>({
	title,
	items,
	onChoose,
}: {
	readonly title: string;
	readonly items: ReadonlyArray<Choice<Value>>;
	readonly onChoose: (value: Value) => void | Promise<void>;
}): Dialog => {
	const take = (choice: Choice<Value> | undefined) =>
		choice === undefined
			? {}
			: {isClosed: true, act: async () => onChoose(choice.value)};
	return asDialog<Content<Value>>({
		title,
		content: {
			items,
			typed: '',
			filter: textField(),
			isFiltering: false,
			cursor: 0,
		},
		hints: ({isFiltering}) =>
			isFiltering
				? [
						{key: 'type', label: 'narrow'},
						{key: 'enter', label: 'to the letters'},
						{key: 'esc', label: 'leave'},
					]
				: [
						{key: 'letters', label: 'choose'},
						{key: '/', label: 'narrow'},
						{key: 'enter', label: 'choose the marked one'},
						{key: 'esc', label: 'leave'},
					],
		onInput(content, event) {
			const found = lettered(content);
			if (event.kind === 'key') {
				const by = moves.get(event.name);
				if (by !== undefined) {
					const last = Math.max(0, found.length - 1);
					const cursor = Math.max(0, Math.min(last, content.cursor + by));
					return {content: {...content, cursor}};
				}
			}

			if (content.isFiltering) {
				if (event.kind === 'key' && event.name === 'enter') {
					const [only] = found;
					return found.length === 1
						? take(only?.choice)
						: {content: {...content, isFiltering: false}};
				}

				const filter = editField(content.filter, event);
				return filter === content.filter
					? undefined
					: {content: {...content, filter, cursor: 0, typed: ''}};
			}

			if (event.kind !== 'key') {
				return undefined;
			}

			switch (event.name) {
				case '/': {
					return {content: {...content, isFiltering: true, typed: ''}};
				}

				case 'enter': {
					return take(found[content.cursor]?.choice);
				}

				case 'backspace': {
					return {content: {...content, typed: content.typed.slice(0, -1)}};
				}

				default: {
					return typed(content, event.name);
				}
			}
		},
		Component: LettersView,
	});

	function typed(content: Content<Value>, key: string) {
		if (!/^[a-z]$/v.test(key)) {
			return undefined;
		}

		const letters = content.typed + key;
		const left = lettered(content).find((one) =>
			one.letters.startsWith(letters),
		);
		const only = left;
		return only?.letters === letters
			? take(only.choice)
			: {content: {...content, typed: only === undefined ? '' : letters}};
	}
};

const moves: ReadonlyMap<string, number> = new Map([
	['up', -1],
	['down', 1],
	['pageup', -10],
	['pagedown', 10],
	['home', -1e6],
	['end', 1e6],
]);

type Lettered<Value> = {
	readonly choice: Choice<Value>;
	readonly letters: string;
};

/** Those that fit the filter, the best first, each with its letters. */
const lettered = <Value,>({
	items,
	filter: {text},
}: Content<Value>): ReadonlyArray<Lettered<Value>> => {
	const found = fuzzyOrder(
		text,
		items,
		({label, note}) => `${label} ${note ?? ''}`,
	);
	const letters = hintLetters(found.length);
	return found.map((choice, index) => ({
		choice,
		letters: letters[index] ?? '',
	}));
};

function LettersView<Value>({
	content,
	theme,
	columns,
	rows,
}: DialogView<Content<Value>>) {
	const {typed, filter, isFiltering, cursor, items} = content;
	const found = lettered(content);
	const hasHead = isFiltering || filter.text !== '';
	const height = Math.max(1, Math.min(rows - 1, items.length));
	const top = Math.max(
		0,
		Math.min(found.length - height, cursor - Math.floor(height / 2)),
	);
	const width = Math.max(1, ...found.map(({letters}) => letters.length));
	const widest = Math.min(
		40,
		Math.max(8, ...items.map(({label}) => label.length)),
	);
	const head: Line = hasHead
		? [
				{text: '/', role: 'key'},
				{text: fit(`${filter.text}${isFiltering ? '_' : ''}`, columns - 1)},
			]
		: [
				{
					text: fit(
						typed === '' ? 'Type the letters beside one' : `${typed}_`,
						columns,
					),
					role: 'dim',
				},
			];
	const lines: Array<{line: Line; backdrop?: 'selected'}> = [
		{line: head},
		...found
			.slice(top, top + height)
			.map(({choice: {label, note = ''}, letters}, index) => {
				const isPossible = letters.startsWith(typed);
				const line: Line = [
					{
						text: ` ${letters.padEnd(width)} `,
						role: isPossible && !isFiltering ? 'match' : 'dim',
					},
					{
						text: fit(` ${label}`, Math.min(columns - width - 2, widest + 1)),
						...(!isPossible && {role: 'dim' as const}),
					},
					{
						text: fit(`  ${note}`, Math.max(0, columns - width - 3 - widest)),
						role: 'dim',
					},
				];
				return {
					line,
					...(top + index === cursor && {backdrop: 'selected' as const}),
				};
			}),
	];
	while (lines.length < height + 1) {
		lines.push({line: [{text: ' '.repeat(columns)}]});
	}

	return <Lines lines={lines} theme={theme} />;
}
