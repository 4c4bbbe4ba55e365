import type {AnswerTo, ChangeName, Farm, ParamsFor} from './farm.js';
import type {Dialog} from './dialogs/dialog.js';
import type {LineInput} from './line-input.js';
import type {Scope, ScreenName} from './screen-name.js';
import type {Notice, State} from './state.js';

export type Command = {
	readonly name: string;
	/** A line. */
	readonly help: string;
	/** What it throws, also later, becomes a notice. */
	readonly run: (argument: string) => void | Promise<void>;
};

export type HelpSection = {
	readonly title: string;
	readonly keys: ReadonlyArray<{
		/** As a person reads them: `j ↓`. */
		readonly shown: string;
		readonly help: string;
		/** Why it does nothing now. */
		readonly reason: string | undefined;
	}>;
};

/** What a key's action can do. What it throws becomes a notice. */
export type Tools = {
	readonly state: () => State;
	readonly farm: Farm;
	/** Opens a view on something, behind the present one: esc comes back. */
	readonly open: (screen: ScreenName, scope?: Scope) => void;
	/** As by its number: where it was left. */
	readonly go: (screen: ScreenName) => void;
	readonly back: () => void;
	/** To the view before this one. */
	readonly previous: () => void;
	readonly enlarge: () => void;
	readonly redraw: () => void;
	readonly openDialog: <Content>(dialog: Dialog<Content>) => void;
	/** Brings into the dialog on top what was not there when its key was pressed. The function is pure, and looks whether it is the dialog that it means. */
	readonly changeDialog: (change: (content: unknown) => unknown) => void;
	readonly openLine: (line: LineInput) => void;
	readonly notice: (tone: Notice['tone'], text: string) => void;
	/**
	Changes the farm and says how it went. Undefined: it was refused, and that was said.

	`command` is the same on the command line, without `lifeblood`; `said` what to say of the answer.
	*/
	readonly change: <Name extends ChangeName>(change: {
		readonly method: Name;
		readonly params: ParamsFor<Name>;
		readonly command: string;
		readonly said?: (answer: AnswerTo<Name>) => string;
	}) => Promise<AnswerTo<Name> | undefined>;
	/** To the clipboard of the terminal, wherever that is. */
	readonly copy: (text: string, what: string) => void;
	/** Gives the terminal to `$EDITOR`. Undefined: left as it was. */
	readonly edit: (
		text: string,
		options: {readonly suffix: string},
	) => Promise<string | undefined>;
	/** Raw bytes to the terminal, between two frames: pictures. */
	readonly write: (bytes: string) => void;
	/** What may follow `:` here. */
	readonly commands: () => readonly Command[];
	/** Every key that works here, by sections. */
	readonly help: () => readonly HelpSection[];
	/** For the next `:`. */
	readonly remember: (line: string) => void;
	readonly leave: () => void;
	/** Ctrl-Z. */
	readonly stop: () => void;
};
