import {Lines} from '../components/lines.js';
import {
	aroundCursor,
	editField,
	textField,
	type TextField,
} from '../text-field.js';
import {fitLine, type Line} from '../text/span.js';
import {asDialog, type Dialog, type DialogView} from './dialog.js';

type Content = {
	readonly label: string;
	readonly field: TextField;
	readonly fault: string | undefined;
	readonly found: readonly string[];
};

/** Asks for a line of text. */
export const prompt = ({
	title,
	label,
	text = '',
	check = () => undefined,
	complete = () => [],
	onSubmit,
}: {
	readonly title: string;
	readonly label: string;
	readonly text?: string;
	/** What is wrong with it; undefined: nothing. */
	readonly check?: (text: string) => string | undefined;
	/** What it could become, best first. */
	readonly complete?: (text: string) => readonly string[];
	readonly onSubmit: (text: string) => void | Promise<void>;
}): Dialog => {
	const withField = (field: TextField): Content => ({
		label,
		field,
		fault: undefined,
		found: complete(field.text).slice(0, 6),
	});
	return asDialog<Content>({
		title,
		content: withField(textField(text)),
		hints: ({found}) => [
			{key: 'enter', label: 'take'},
			...(found.length > 0 ? [{key: 'tab', label: 'complete'}] : []),
			{key: 'esc', label: 'leave'},
		],
		onInput(content, event) {
			if (event.kind === 'key' && event.name === 'enter') {
				const fault = check(content.field.text);
				return fault === undefined
					? {isClosed: true, act: async () => onSubmit(content.field.text)}
					: {content: {...content, fault}};
			}

			if (event.kind === 'key' && event.name === 'tab') {
				const [best] = content.found;
				return {
					content: best === undefined ? content : withField(textField(best)),
				};
			}

			const field = editField(content.field, event);
			return field === content.field ? undefined : {content: withField(field)};
		},
		Component: PromptView,
	});
};

function PromptView({
	content: {label, field, fault, found},
	theme,
	columns,
}: DialogView<Content>) {
	const [before, under, after] = aroundCursor(field);
	const lines: Line[] = [
		[{text: label, role: 'dim'}],
		[
			{text: '> ', role: 'key'},
			{text: before},
			{text: under, role: 'cursor'},
			{text: after},
		],
		[
			{
				text: fault ?? found.join('  '),
				role: fault === undefined ? 'dim' : 'error',
			},
		],
	];
	return (
		<Lines
			lines={lines.map((line) => ({line: fitLine(line, columns)}))}
			theme={theme}
		/>
	);
}
