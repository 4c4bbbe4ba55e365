import type {InputEvent} from './terminal/decode-input.js';

/** A text that is being typed; the cursor counts characters as people see them. */
export type TextField = {readonly text: string; readonly cursor: number};

export const textField = (text = ''): TextField => ({
	text,
	cursor: segments(text).length,
});

/** What a key does to it; the same object where nothing. Emacs' keys, as shells have them. */
export const editField = (field: TextField, event: InputEvent): TextField => {
	if (event.kind === 'paste') {
		return insert(field, event.text.replaceAll(/[\t\n\r]+/gv, ' '));
	}

	if (event.kind !== 'key') {
		return field;
	}

	const {cursor} = field;
	const parts = segments(field.text);
	switch (event.name) {
		case 'left':
		case 'ctrl+b': {
			return moved(field, Math.max(0, cursor - 1));
		}

		case 'right':
		case 'ctrl+f': {
			return moved(field, Math.min(parts.length, cursor + 1));
		}

		case 'home':
		case 'ctrl+a': {
			return moved(field, 0);
		}

		case 'end':
		case 'ctrl+e': {
			return moved(field, parts.length);
		}

		case 'alt+b':
		case 'ctrl+left':
		case 'alt+left': {
			return moved(field, wordBefore(parts, cursor));
		}

		case 'alt+f':
		case 'ctrl+right':
		case 'alt+right': {
			return moved(field, wordAfter(parts, cursor));
		}

		case 'backspace':
		case 'ctrl+h': {
			return cursor === 0 ? field : without(parts, cursor - 1, cursor);
		}

		case 'delete':
		case 'ctrl+d': {
			return cursor === parts.length
				? field
				: without(parts, cursor, cursor + 1);
		}

		case 'ctrl+w':
		case 'alt+backspace': {
			return without(parts, wordBefore(parts, cursor), cursor);
		}

		case 'ctrl+u': {
			return without(parts, 0, cursor);
		}

		case 'ctrl+k': {
			return without(parts, cursor, parts.length);
		}

		default: {
			return event.text === undefined ? field : insert(field, event.text);
		}
	}
};

/** Before the cursor, under it, and behind it: to be drawn. */
export const aroundCursor = ({
	text,
	cursor,
}: TextField): readonly [before: string, under: string, after: string] => {
	const parts = segments(text);
	return [
		parts.slice(0, cursor).join(''),
		parts[cursor] ?? ' ',
		parts.slice(cursor + 1).join(''),
	];
};

const segmenter = new Intl.Segmenter();
const segments = (text: string): readonly string[] =>
	Array.from(segmenter.segment(text), ({segment}) => segment);

const moved = (field: TextField, cursor: number): TextField =>
	cursor === field.cursor ? field : {...field, cursor};

const insert = ({text, cursor}: TextField, added: string): TextField => {
	const parts = segments(text);
	const before = parts.slice(0, cursor).join('') + added;
	return {
		text: before + parts.slice(cursor).join(''),
		cursor: segments(before).length,
	};
};

const without = (
	parts: readonly string[],
	from: number,
	to: number,
): TextField => ({
	text: [...parts.slice(0, from), ...parts.slice(to)].join(''),
	cursor: from,
});

const isWord = (part: string | undefined): boolean =>
	part !== undefined && /[\p{Letter}\p{Number}_]/v.test(part);

const wordBefore = (parts: readonly string[], cursor: number): number => {
	let at = cursor;
	while (at > 0 && !isWord(parts[at - 1])) {
		at -= 1;
	}

	while (at > 0 && isWord(parts[at - 1])) {
		at -= 1;
	}

	return at;
};

const wordAfter = (parts: readonly string[], cursor: number): number => {
	let at = cursor;
	while (at < parts.length && !isWord(parts[at])) {
		at += 1;
	}

	while (at < parts.length && isWord(parts[at])) {
		at += 1;
	}

	return at;
};
