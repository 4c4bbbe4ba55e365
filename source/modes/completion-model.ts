import type {ArgumentDefinition, FlagDefinition} from './command-definition.js';
import {commandFamilies, commandTable, globalFlags} from './command-table.js';

/** What may stand in a place of the command line. */
export type Candidates =
	| {
			readonly kind: 'words';
			readonly words: readonly string[];
			/** Several of them may be written with commas between. */
			readonly isList: boolean;
	  }
	| {readonly kind: 'file'}
	| {readonly kind: 'directory'}
	/** Something of the farm or the user's own; no shell can know it. */
	| {readonly kind: 'anything'};

export type CompletedFlag = {
	/** With its dashes: `--state`, `--no-broadcast`. */
	readonly name: string;
	readonly description: string;
	/** Undefined: a switch. */
	readonly value: Candidates | undefined;
};

export type CompletedCommand = {
	/** `task list` */
	readonly name: string;
	readonly summary: string;
	readonly flags: readonly CompletedFlag[];
	readonly arguments: ReadonlyArray<{
		readonly value: Candidates;
		readonly isMultiple: boolean;
	}>;
};

export type CompletedWord = {readonly word: string; readonly summary: string};

/** First words: families, and commands of one word. */
export const firstWords = (): CompletedWord[] => {
	const families = commandFamilies.map(({name, summary}) => ({
		word: name,
		summary,
	}));
	const names = new Set(families.map(({word}) => word));
	const single = commandTable
		.filter(({name}) => !name.includes(' ') && !names.has(name))
		.map(({name, summary}) => ({word: name, summary}));
	return [...single, ...families];
};

/** The second words of a family, by the family's name. */
export const secondWords = (): ReadonlyMap<
	string,
	readonly CompletedWord[]
> => {
	const families = new Map<string, CompletedWord[]>();
	for (const {name, summary} of commandTable) {
		const [first = '', second] = name.split(' ', 2);
		if (second === undefined) {
			continue;
		}

		const words = families.get(first) ?? [];
		words.push({word: second, summary});
		families.set(first, words);
	}

	return families;
};

export const completedCommands = (): CompletedCommand[] =>
	commandTable.map((command) => ({
		name: command.name,
		summary: command.summary,
		flags: Object.entries({...command.flags, ...globalFlags}).map(
			([name, flag]) => completedFlag(name, flag),
		),
		arguments: command.arguments.map((argument) => ({
			value: candidatesOf(argument),
			isMultiple: argument.isMultiple === true,
		})),
	}));

export const completedGlobalFlags = (): CompletedFlag[] =>
	Object.entries(globalFlags).map(([name, flag]) => completedFlag(name, flag));

/** Flags that are followed by a value, in any command. */
export const valueFlags = (): string[] => {
	const names = completedCommands().flatMap(({flags}) =>
		flags.filter(({value}) => value !== undefined).map(({name}) => name),
	);
	return [...new Set(names)].toSorted();
};

const completedFlag = (name: string, flag: FlagDefinition): CompletedFlag => ({
	name: flag.isNegated === true ? `--no-${name}` : `--${name}`,
	description: flag.description,
	value: flag.type === 'switch' ? undefined : candidatesOf(flag),
});

const candidatesOf = (
	definition: FlagDefinition | ArgumentDefinition,
): Candidates => {
	if (definition.options !== undefined) {
		const shown = 'value' in definition ? definition.value : undefined;
		return {
			kind: 'words',
			words: definition.options,
			isList: shown?.endsWith(',...') === true,
		};
	}

	const {completes} = definition;
	const isPath = completes === 'file' || completes === 'directory';
	return {kind: isPath ? completes : 'anything'};
};
