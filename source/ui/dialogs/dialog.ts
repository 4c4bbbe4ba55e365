import type {ReactElement} from 'react';
import type {Theme} from '../theme/theme.js';
import type {InputEvent} from '../terminal/decode-input.js';

export type Hint = {readonly key: string; readonly label: string};

/** What there is at most, without the frame. */
export type DialogSize = {readonly columns: number; readonly rows: number};

export type DialogView<Content> = DialogSize & {
	readonly content: Content;
	readonly theme: Theme;
};

/** What a key did in a dialog. */
export type DialogStep<Content> = {
	/** Absent: as it was. */
	readonly content?: Content;
	readonly isClosed?: boolean;
	/** Done after the step is taken: what a dialog brings about. */
	readonly act?: () => void | Promise<void>;
};

/** Something that lies over the view and has all keys until it is closed. Everything it needs is in its content; it closes over whatever it acts on. */
export type Dialog<Content = unknown> = {
	readonly title: string;
	readonly content: Content;
	/** Pure. Esc closes what does not take it. */
	readonly onInput: (
		content: Content,
		event: InputEvent,
		size: DialogSize,
	) => DialogStep<Content> | undefined;
	readonly Component: (view: DialogView<Content>) => ReactElement;
	readonly hints: (content: Content) => readonly Hint[];
	/** Most of the screen, as for something to read; otherwise as small as it can be. */
	readonly isLarge?: boolean;
	readonly tone?: 'normal' | 'danger';
};

/** A dialog among others: only its own functions ever get its content. */
export const asDialog = <Content>(dialog: Dialog<Content>): Dialog =>
	dialog as unknown as Dialog;
