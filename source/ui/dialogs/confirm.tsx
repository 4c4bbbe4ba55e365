import {Lines} from '../components/lines.js';
import {
	aroundCursor,
	editField,
	textField,
	type TextField,
} from '../text-field.js';
import {fitLine, type Line} from '../text/span.js';
import {wrapText} from '../text/wrap-text.js';
import {asDialog, type Dialog, type DialogView} from './dialog.js';

type Content = {
	readonly text: readonly string[];
	readonly command: string | undefined;
	/** What has to be typed. Undefined: a single y is enough. */
	readonly word: string | undefined;
	readonly field: TextField;
};

/** Asks before something is done. With `word`, which is for what cannot be undone, that has to be typed. */
export const confirm = ({
	title,
	text,
	command,
	word,
	onYes,
	onNo,
	isDanger = word !== undefined,
}: {
	readonly title: string;
	readonly text: readonly string[];
	/** The same on the command line, to be learned. */
	readonly command?: string | undefined;
	readonly word?: string | undefined;
	readonly onYes: () => void | Promise<void>;
	readonly onNo?: (() => void | Promise<void>) | undefined;
	readonly isDanger?: boolean;
}): Dialog =>
	asDialog<Content>({
		title,
		tone: isDanger ? 'danger' : 'normal',
		content: {text, command, word, field: textField()},
		hints: () =>
			word === undefined
				? [
						{key: 'y', label: 'yes'},
						{key: 'n', label: 'no'},
						{key: 'esc', label: 'leave it'},
					]
				: [
						{key: 'enter', label: 'do it'},
						{key: 'esc', label: 'leave it'},
					],
		onInput(content, event) {
			if (event.kind === 'key') {
				if (word === undefined) {
					switch (event.name) {
						case 'y':
						case 'Y':
						case 'enter': {
							return {isClosed: true, act: onYes};
						}

						case 'n':
						case 'N': {
							return onNo ? {isClosed: true, act: onNo} : {isClosed: true};
						}

						default: {
							return undefined;
						}
					}
				}

				if (event.name === 'enter') {
					return content.field.text === word
						? {isClosed: true, act: onYes}
						: {content};
				}
			}

			const field = editField(content.field, event);
			return field === content.field
				? undefined
				: {content: {...content, field}};
		},
		Component: ConfirmView,
	});

function ConfirmView({
	content: {text, command, word, field},
	theme,
	columns,
}: DialogView<Content>) {
	const [before, under, after] = aroundCursor(field);
	const lines: Line[] = [
		[],
		...text.flatMap((paragraph) =>
			wrapText(paragraph, columns).map((line): Line => [{text: line}]),
		),
		...(command === undefined
			? []
			: [
					[] as Line,
					...wrapText(`lifeblood ${command}`, columns).map((line): Line => [
						{text: line, role: 'dim'},
					]),
				]),
		[],
		word === undefined
			? [
					{text: 'y', role: 'key'},
					{text: ' yes   '},
					{text: 'n', role: 'key'},
					{text: ' no'},
				]
			: [
					{text: 'Type '},
					{text: word, role: 'strong'},
					{text: ' to do it: '},
					{text: before},
					{text: under, role: 'cursor'},
					{text: after},
				],
	];
	return (
		<Lines
			lines={lines.map((line) => ({line: fitLine(line, columns)}))}
			theme={theme}
		/>
	);
}
