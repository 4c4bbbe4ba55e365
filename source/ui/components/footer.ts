import {bindingsHere, keysOf, whyDisabled} from '../keys/handle-input.js';
import {keyText} from '../keys/key-text.js';
import {viewOf, type Screens} from '../reduce.js';
import {aroundCursor} from '../text-field.js';
import {cut, fitLine, widthOf, type Line, type Span} from '../text/span.js';
import type {State} from '../state.js';
import type {Theme} from '../theme/theme.js';

/** What is being typed; else what there is to say; else the keys that work here. */
export const footerLine = (
	state: State,
	screens: Screens,
	theme: Theme,
): Line => {
	const width = state.size.columns;
	const dialog = state.dialogs.at(-1);
	if (dialog) {
		return fitLine(hintSpans(dialog.hints(dialog.content)), width);
	}

	if (state.line) {
		return lineInputSpans(state, width);
	}

	const notice = state.notices.at(-1);
	if (notice) {
		return fitLine(
			[
				{text: ' '},
				{
					text: notice.text,
					role:
						notice.tone === 'error'
							? 'error'
							: notice.tone === 'good'
								? 'good'
								: 'accent',
				},
			],
			width,
		);
	}

	const view = viewOf(state, theme);
	const seen = new Set<string>();
	const hints = bindingsHere(state, screens).flatMap((binding) => {
		const key = keysOf(binding, state)[0] ?? '';
		const isDisabled = whyDisabled(binding, view) !== undefined;
		const isLeftOut =
			binding.isQuiet === true ||
			(binding.isQuiet === 'while-disabled' && isDisabled) ||
			seen.has(key);
		if (isLeftOut) {
			return [];
		}

		// Of several meanings of a key, the one that it has now.
		seen.add(key);
		return [
			{key: keyText(key, theme.glyphs), label: binding.label, isDisabled},
		];
	});
	return fitLine(fittingHints(hints, width), width);
};

type FooterHint = {
	readonly key: string;
	readonly label: string;
	readonly isDisabled?: boolean;
};

const hintSpans = (hints: readonly FooterHint[]): readonly Span[] => [
	{text: ' '},
	...hints.flatMap(({key, label, isDisabled = false}) => [
		{text: key, role: isDisabled ? ('dim' as const) : ('key' as const)},
		{text: ` ${label}  `, role: isDisabled ? ('dim' as const) : undefined},
	]),
];

/** Whole hints only; the last two, help and quit, always. */
const fittingHints = (
	hints: readonly FooterHint[],
	width: number,
): readonly Span[] => {
	const size = ({key, label}: FooterHint): number =>
		widthOf(key) + widthOf(label) + 3;
	const always = hints.slice(-2);
	let room = width - 1 - always.reduce((sum, hint) => sum + size(hint), 0);
	const shown: FooterHint[] = [];
	for (const hint of hints.slice(0, -2)) {
		room -= size(hint);
		if (room < 0) {
			break;
		}

		shown.push(hint);
	}

	return hintSpans([...shown, ...always]);
};

const lineInputSpans = ({line}: State, width: number): Line => {
	if (!line) {
		return [];
	}

	const [before, under, after] = aroundCursor(line.field);
	const completions = line.complete?.(line.field.text) ?? [];
	const spans: Span[] = [
		{text: ` ${line.prompt}`, role: 'key'},
		{text: before},
		{text: under, role: 'cursor'},
		{text: after},
		{text: '  '},
	];
	const left = Math.max(
		0,
		width - spans.reduce((sum, {text}) => sum + widthOf(text), 0),
	);
	return fitLine(
		[
			...spans,
			{text: cut(completions.slice(0, 12).join('  '), left), role: 'dim'},
		],
		width,
	);
};
