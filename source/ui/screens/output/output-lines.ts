import {bytesText, countText} from '../../text/amount-text.js';
import {
	cut,
	fit,
	fitLine,
	widthOf,
	type Line,
	type Role,
	type Span,
} from '../../text/span.js';
import {
	shownAttempt,
	shownInvocations,
	type OutputView,
} from './output-slice.js';
import {looksLikeError, shownLines, type ShownLine} from './shown-lines.js';

/** Each log of several has a colour of its own. */
const sourceRoles: readonly Role[] = [
	'accent',
	'good',
	'warning',
	'split',
	'blocked',
	'ready',
	'done',
	'running',
];

/** The body: exactly as many lines as there is room for. */
export const outputLines = (view: OutputView): readonly Line[] => {
	const {columns, rows} = view.body;
	const lines = shownLines(view.slice);
	const {top} = view.slice;
	const drawn: Line[] = [];
	if (lines.length === 0) {
		drawn.push(emptyLine(view));
	} else if (top === undefined) {
		for (
			let index = lines.length - 1;
			index >= 0 && drawn.length < rows;
			index--
		) {
			drawn.unshift(...rowsOf(view, lines[index]!, columns));
		}

		drawn.splice(0, Math.max(0, drawn.length - rows));
	} else {
		for (
			let index = Math.min(top, lines.length);
			index < lines.length && drawn.length < rows;
			index++
		) {
			drawn.push(...rowsOf(view, lines[index]!, columns));
		}
	}

	return Array.from({length: rows}, (_, index) =>
		fitLine(drawn[index] ?? [], columns),
	);
};

const emptyLine = (view: OutputView): Line => {
	const {sources, trouble, search, context, isOnlyErrors, isSeeking} =
		view.slice;
	if (sources.length === 0) {
		return [{text: ' Choose a task, and press L.', role: 'dim'}];
	}

	if (trouble !== undefined) {
		return [{text: ` ${trouble}`, role: 'error'}];
	}

	if (context !== undefined && search !== '') {
		return [{text: ' No line of what is here matches.', role: 'dim'}];
	}

	if (isOnlyErrors) {
		return [
			{
				text: isAnyKnown(view)
					? ' No line of what is here came by standard error.'
					: ' By which output its lines came was not noted: its worker is an older one, or its system does not tell.',
				role: 'dim',
			},
		];
	}

	if (isSeeking || sources.some(({attempts}) => attempts === undefined)) {
		return [{text: ' …', role: 'dim'}];
	}

	return [
		{
			text:
				shownInvocations(view.slice).length === 0
					? ' No process has run for this yet.'
					: ' Nothing was written yet.',
			role: 'dim',
		},
	];
};

const isAnyKnown = ({slice}: OutputView): boolean =>
	shownInvocations(slice).some((invocation) =>
		slice.logs[invocation]?.lines.some(({stream}) => stream !== 0),
	);

/** One line of a log as one row, or as many as it needs. */
const rowsOf = (
	view: OutputView,
	line: ShownLine,
	columns: number,
): readonly Line[] => {
	const {slice} = view;
	const prefix = prefixOf(view, line);
	const room = Math.max(10, columns - prefixWidth(prefix));
	const role: Role = looksLikeError(line.text)
		? 'error'
		: line.stream === 2
			? 'warning'
			: 'normal';
	const pieces = slice.isWrapped ? piecesOf(line.text, room) : [line.text];
	return pieces.map((piece, index) => [
		...(index === 0 ? prefix : [{text: ' '.repeat(prefixWidth(prefix))}]),
		...highlighted(piece, {search: line.isMatch ? slice.search : '', role}),
	]);
};

const prefixWidth = (prefix: Line): number =>
	prefix.reduce((sum, {text}) => sum + widthOf(text), 0);

const prefixOf = (view: OutputView, line: ShownLine): Line => {
	const {slice, theme} = view;
	const {sources, hasTimes} = slice;
	const role = sourceRoles[line.source % sourceRoles.length];
	return [
		line.stream === 2
			? {text: `${theme.glyphs.stderr} `, role: 'warning'}
			: {
					text: line.isAfterGap ? `${theme.glyphs.horizontal} ` : '  ',
					role: 'dim',
				},
		{text: hasTimes ? `${clockText(line.at)} ` : '', role: 'dim'},
		...(sources.length > 1
			? [{text: `${fit(`#${sources[line.source]?.task ?? ''}`, 8)} `, role}]
			: []),
	];
};

const clockText = (at: number | undefined): string => {
	if (at === undefined) {
		return '--:--:--.-';
	}

	const two = (value: number): string => String(value).padStart(2, '0');
	const date = new Date(at);
	return `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}.${Math.floor(date.getMilliseconds() / 100)}`;
};

const piecesOf = (text: string, width: number): readonly string[] => {
	const pieces: string[] = [];
	let rest = text;
	while (widthOf(rest) > width) {
		const piece = cut(rest, width + 1, '');
		pieces.push(piece);
		rest = rest.slice(Math.max(1, piece.length));
	}

	pieces.push(rest);
	return pieces;
};

const highlighted = (
	text: string,
	{search, role}: {readonly search: string; readonly role: Role},
): Line => {
	if (search === '') {
		return [{text, role}];
	}

	const where = search === search.toLowerCase() ? text.toLowerCase() : text;
	const spans: Span[] = [];
	let from = 0;
	for (;;) {
		const index = where.indexOf(search, from);
		if (index === -1) {
			break;
		}

		spans.push(
			{text: text.slice(from, index), role},
			{text: text.slice(index, index + search.length), role: 'match'},
		);
		from = index + search.length;
	}

	return [...spans, {text: text.slice(from), role}];
};

/** Right of the breadcrumbs: which attempt it is, where in it one is, and what is switched on. */
export const outputStatus = (view: OutputView): Line => {
	const {slice} = view;
	const lines = shownLines(slice);
	const matches =
		slice.search === '' ? 0 : lines.filter(({isMatch}) => isMatch).length;
	const parts: Span[] = [];
	const add = (text: string, role: Role = 'dim'): void => {
		parts.push({text: parts.length === 0 ? text : `  ${text}`, role});
	};

	const [only] = slice.sources;
	if (only !== undefined && slice.sources.length === 1) {
		const attempt = shownAttempt(only);
		if (attempt !== undefined) {
			add(
				`attempt ${attempt.attempt} of ${only.attempts?.length ?? 1} on ${attempt.worker}, ${attempt.state}`,
			);
			const log = slice.logs[attempt.invocation];
			if (log !== undefined) {
				add(bytesText(log.size));
			}
		}
	}

	if (slice.search !== '') {
		add(`/${slice.search} ${countText(matches)}`, 'match');
	}

	if (slice.context !== undefined) {
		add(`filtered ±${slice.context}`, 'accent');
	}

	if (slice.isOnlyErrors) {
		add('only stderr', 'accent');
	}

	if (slice.isSeeking) {
		add('reading', 'warning');
	}

	add(
		slice.top === undefined
			? isOver(view)
				? 'end'
				: 'following'
			: `line ${countText(slice.top + 1)}/${countText(lines.length)}`,
		slice.top === undefined && !isOver(view) ? 'good' : 'dim',
	);
	return parts;
};

const isOver = ({slice}: OutputView): boolean =>
	shownInvocations(slice).every(
		(invocation) => slice.logs[invocation]?.isComplete === true,
	);
