import type {Hint} from '../dialogs/dialog.js';
import {bindingsHere, keysOf, whyDisabled} from '../keys/handle-input.js';
import {keyText} from '../keys/key-text.js';
import {viewOf, type Screens} from '../reduce.js';
import {aroundCursor} from '../text-field.js';
import {cut, fitLine, widthOf, type Line, type Span} from '../text/span.js';
import {currentPlace, type State} from '../state.js';
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
		return hintLine(dialog.hints(dialog.content), {width, theme});
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
	const asked = screens[currentPlace(state).screen].hints?.(view);
	if (asked) {
		return hintLine(asked, {width, theme});
	}

	const seen = new Set<string>();
	const hints = bindingsHere(state, screens).flatMap(
		(binding): FooterHint[] => {
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
		},
	);
	const always = new Set(hints.slice(-2));
	return fitLine(
		fittingHints(hints, {
			width,
			isAlways: (hint) => always.has(hint),
			ellipsis: theme.glyphs.ellipsis,
		}),
		width,
	);
};

/** The keys of what asks for something, with the way out of it always among them. */
const hintLine = (
	hints: readonly Hint[],
	{width, theme}: {readonly width: number; readonly theme: Theme},
): Line =>
	fitLine(
		fittingHints(hints, {
			width,
			isAlways: ({key}) => key === 'esc',
			ellipsis: theme.glyphs.ellipsis,
		}),
		width,
	);

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

/** Whole hints only, with a sign that there are more; those that always are shown have their room first. */
export const fittingHints = (
	hints: readonly FooterHint[],
	{
		width,
		isAlways,
		ellipsis,
	}: {
		readonly width: number;
		readonly isAlways: (hint: FooterHint) => boolean;
		readonly ellipsis: string;
	},
): readonly Span[] => {
	const size = ({key, label}: FooterHint): number =>
		widthOf(key) + widthOf(label) + 3;
	const sizeOf = (some: readonly FooterHint[]): number =>
		some.reduce((sum, hint) => sum + size(hint), 1);
	// The blanks after the last one may be cut.
	if (sizeOf(hints) <= width + 2) {
		return hintSpans(hints);
	}

	let room =
		width - widthOf(ellipsis) - sizeOf(hints.filter((hint) => isAlways(hint)));
	let isFull = false;
	const shown = hints.filter((hint) => {
		if (isAlways(hint)) {
			return true;
		}

		room -= size(hint);
		isFull ||= room < 0;
		return !isFull;
	});
	return [...hintSpans(shown), {text: ellipsis, role: 'dim'}];
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
