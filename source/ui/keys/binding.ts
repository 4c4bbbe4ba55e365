/** A key, what it does, and why it may not do it now. Footer, help, docs/keys.md and the configuration are made of these. */
export type Binding<Given, Tools> = {
	/** For the configuration and the docs: `task.retry`. */
	readonly id: string;
	/** As `decodeInput` names them; the first is shown. */
	readonly keys: readonly string[];
	/** A word or two, for the footer. */
	readonly label: string;
	/** A line, for the help. */
	readonly help: string;
	/** Where it stands in the help; absent: with the screen's own. */
	readonly section?: 'list' | 'detail';
	/** Left out of the footer: what everybody knows, or seldom needs. */
	readonly isQuiet?: true | 'while-disabled';
	/** It changes the farm: with a view-only key, or without a connection, it is disabled. */
	readonly isChange?: true;
	/** Also a word after `:`, with what is typed behind it. */
	readonly command?: string;
	/** Why it does nothing right now; shown in place of silence. */
	readonly disabled?: (given: Given) => string | undefined;
	readonly run: (tools: Tools, argument: string) => void | Promise<void>;
};
