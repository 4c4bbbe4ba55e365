import type {TextField} from './text-field.js';

/** A line that is typed at the bottom: a filter, or a command. */
export type LineInput = {
	readonly prompt: '/' | ':' | '>';
	readonly field: TextField;
	readonly onChange?: ((text: string) => void) | undefined;
	/** What it throws, also later, becomes a notice. */
	readonly onSubmit: (text: string) => void | Promise<void>;
	readonly onCancel?: (() => void) | undefined;
	/** What the text could become, best first. */
	readonly complete?: ((text: string) => readonly string[]) | undefined;
	/** Earlier ones, oldest first. */
	readonly history?: readonly string[] | undefined;
	/** Which of the earlier ones is shown, counted back from the last; undefined: what is being typed. */
	readonly recalled?: number | undefined;
	readonly error?: string | undefined;
};
