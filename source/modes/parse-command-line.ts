import meow, {type AnyFlags} from 'meow';
import {FarmError} from '../core/errors.js';
import {didYouMean} from '../core/nearest.js';
import type {
	ArgumentDefinition,
	CommandDefinition,
	FlagDefinition,
} from './command-definition.js';
import {commandFamilies, commandTable, globalFlags} from './command-table.js';
import type {Flags} from './context.js';
import {echo} from './echo.js';

export type ParsedCommandLine =
	| {readonly kind: 'version'}
	/** `about`: the words of a command or of a family of commands; empty: all. */
	| {readonly kind: 'help'; readonly about: string}
	| {
			readonly kind: 'command';
			readonly command: CommandDefinition;
			readonly arguments: readonly string[];
			readonly flags: Flags;
	  };

/**
What was written, held against the command table.

@throws FarmError `INVALID` with one sentence for wrong usage.
*/
export const parseCommandLine = (
	words: readonly string[],
): ParsedCommandLine => {
	const {name, rest} = splitCommand(words);
	const asksForHelp = beforeSeparator(rest).some(
		(word) => word === '--help' || word === '-h',
	);
	if (name === '') {
		const first = rest.find((word) => !isHelp(word));
		if (rest.includes('--version') || rest.includes('-v')) {
			return {kind: 'version'};
		}

		if (first !== undefined && !asksForHelp) {
			throw invalid(
				`There is no flag ${first} without a command${didYouMean(first, ['--help', '--version'])} See lifeblood --help.`,
			);
		}

		return {kind: 'help', about: ''};
	}

	if (name === 'help') {
		return {
			kind: 'help',
			about: rest.filter((word) => !isHelp(word)).join(' '),
		};
	}

	if (asksForHelp) {
		return {kind: 'help', about: name};
	}

	const command = commandTable.find((candidate) => candidate.name === name);
	if (command === undefined) {
		throw unknownCommand(name, rest);
	}

	const definitions = {...globalFlags, ...command.flags};
	const checked = checkFlagNames({words: rest, definitions, command});
	const parsed = meow('', {
		importMeta: import.meta,
		// What meow would say of the package is said by us, so it need not look for it.
		pkg: {name: 'lifeblood'},
		argv: checked,
		autoHelp: false,
		autoVersion: false,
		booleanDefault: undefined,
		flags: meowFlags(definitions),
	});
	const input = parsed.input.map(String);
	checkArguments(input, command);
	const values: Values = new Map();
	for (const [flag, definition] of Object.entries(definitions)) {
		const value: unknown = parsed.flags[camelCase(flag)];
		if (value !== undefined) {
			values.set(flag, readFlag({flag, definition, value}));
		}
	}

	return {
		kind: 'command',
		command,
		arguments: input,
		flags: flagsOf(values, definitions, command),
	};
};

type FlagValue = string | number | boolean | readonly string[];
type Values = Map<string, FlagValue>;
type Definitions = Readonly<Record<string, FlagDefinition>>;

const invalid = (message: string): FarmError =>
	new FarmError('INVALID', message);
/** One below zero, which is a value and no flag. */
const isNumber = (word: string): boolean => /^-[\d.]/v.test(word);

const isHelp = (word: string): boolean => word === '--help' || word === '-h';

const beforeSeparator = (words: readonly string[]): readonly string[] => {
	const end = words.indexOf('--');
	return end === -1 ? words : words.slice(0, end);
};

/** The words that name the command, and what is left without them. Flags that every command has may stand before and between. */
const splitCommand = (
	words: readonly string[],
): {readonly name: string; readonly rest: readonly string[]} => {
	const rest: string[] = [];
	const named: string[] = [];
	let index = 0;
	for (; index < words.length; index++) {
		const word = words[index]!;
		if (word.startsWith('-')) {
			if (named.length === 1 && !isGlobalFlag(word)) {
				break;
			}

			rest.push(word);
			if (takesNextWord(word) && index + 1 < words.length) {
				index++;
				rest.push(words[index]!);
			}

			continue;
		}

		const isSecond = named.length === 1;
		if (isSecond && !isSubcommand(named[0]!, word)) {
			break;
		}

		named.push(word);
		if (named.length === 2 || !hasFamily(word)) {
			index++;
			break;
		}
	}

	return {name: named.join(' '), rest: [...rest, ...words.slice(index)]};
};

const hasFamily = (word: string): boolean =>
	commandFamilies.some((family) => family.name === word);

const isSubcommand = (family: string, word: string): boolean =>
	commandTable.some(({name}) => name === `${family} ${word}`);

const flagName = (word: string): string => word.slice(2).split('=', 1)[0]!;

const isGlobalFlag = (word: string): boolean =>
	isHelp(word) ||
	(word.startsWith('--') && Object.hasOwn(globalFlags, flagName(word)));

const takesNextWord = (word: string): boolean =>
	isGlobalFlag(word) &&
	!word.includes('=') &&
	!isHelp(word) &&
	globalFlags[flagName(word)]!.type !== 'switch';

const unknownCommand = (name: string, rest: readonly string[]): FarmError => {
	const names = commandTable.map((command) => command.name);
	if (!hasFamily(name)) {
		const firstWords = new Set(names.map((known) => known.split(' ', 1)[0]!));
		return invalid(
			`There is no command ${echo(name)}${didYouMean(name, firstWords)} See lifeblood --help.`,
		);
	}

	const seconds = names
		.filter((known) => known.startsWith(`${name} `))
		.map((known) => known.slice(name.length + 1));
	const wanted = rest.find((word) => !word.startsWith('-'));
	const what =
		wanted === undefined
			? `"${name}" needs one word more: ${seconds.join(', ')}.`
			: `There is no command ${echo(`${name} ${wanted}`)}${didYouMean(wanted, seconds)}`;
	return invalid(`${what} See lifeblood ${name} --help.`);
};

/** An unknown flag, a value too many or one that is missing is told before anything is parsed, so that it can be told by name. Gives the words with every value behind an equals sign, where a dash in it cannot be mistaken for a flag. */
const checkFlagNames = ({
	words,
	definitions,
	command,
}: {
	readonly words: readonly string[];
	readonly definitions: Definitions;
	readonly command: CommandDefinition;
}): string[] => {
	const seen = new Set<string>();
	const ours = beforeSeparator(words);
	const checked: string[] = [];
	for (let index = 0; index < ours.length; index++) {
		const word = ours[index]!;
		if (word === '-' || !word.startsWith('-') || isNumber(word)) {
			checked.push(word);
			continue;
		}

		const written = word.startsWith('--') ? flagName(word) : undefined;
		const known =
			written === undefined ? undefined : findFlag(written, definitions);
		if (known === undefined) {
			throw unknownFlag({word, definitions, command});
		}

		const {flag, isOff} = known;
		const definition = definitions[flag]!;
		if (seen.has(flag) && definition.isMultiple !== true) {
			throw invalid(`--${flag} may be given only once.`);
		}

		seen.add(flag);
		const hasValue = word.includes('=');
		if (definition.type === 'switch') {
			if (hasValue) {
				throw invalid(
					`--${isOff ? `no-${flag}` : flag} is a switch and takes no value.`,
				);
			}

			checked.push(word);
		} else if (hasValue) {
			checkNotEmpty(word.slice(word.indexOf('=') + 1), {flag, definition});
			checked.push(word);
		} else {
			const next = ours[index + 1];
			if (
				next === undefined ||
				(next !== '-' && next.startsWith('-') && !isNumber(next))
			) {
				throw invalid(
					`--${flag} needs a value: --${flag} ${definition.value ?? 'VALUE'}. A value that begins with a dash is written --${flag}=-…`,
				);
			}

			checkNotEmpty(next, {flag, definition});
			checked.push(`${word}=${next}`);
			index++;
		}
	}

	return [...checked, ...words.slice(ours.length)];
};

/** Of several values none is empty: an empty one is a shell's variable that was not set, and would otherwise be passed over without a word. */
const checkNotEmpty = (
	value: string,
	{
		flag,
		definition,
	}: {readonly flag: string; readonly definition: FlagDefinition},
): void => {
	if (value === '' && definition.isMultiple === true) {
		throw invalid(
			`--${flag} was given nothing: --${flag} ${definition.value ?? 'VALUE'}, or leave it out.`,
		);
	}
};

const findFlag = (
	written: string,
	definitions: Definitions,
): {readonly flag: string; readonly isOff: boolean} | undefined => {
	if (Object.hasOwn(definitions, written)) {
		return {flag: written, isOff: false};
	}

	const positive = written.startsWith('no-') ? written.slice(3) : undefined;
	return positive !== undefined &&
		Object.hasOwn(definitions, positive) &&
		definitions[positive]!.isNegated === true
		? {flag: positive, isOff: true}
		: undefined;
};

const unknownFlag = ({
	word,
	definitions,
	command,
}: {
	readonly word: string;
	readonly definitions: Definitions;
	readonly command: CommandDefinition;
}): FarmError => {
	const written = word.split('=', 1)[0]!;
	const known = Object.entries(definitions).map(([flag, {isNegated}]) =>
		isNegated === true ? `--no-${flag}` : `--${flag}`,
	);
	return invalid(
		`"${command.name}" has no flag ${written}${didYouMean(written, known)} See lifeblood ${command.name} --help.`,
	);
};

const checkArguments = (
	input: readonly string[],
	command: CommandDefinition,
): void => {
	const expected = command.arguments;
	const usage = `Usage: lifeblood ${[command.name, ...expected.map((argument) => argumentUsage(argument))].join(' ')}`;
	const missing = expected[input.length];
	if (missing !== undefined && missing.isOptional !== true) {
		throw invalid(
			`"${command.name}" needs ${missing.name}: ${missing.description}. ${usage}`,
		);
	}

	if (expected.at(-1)?.isMultiple !== true && input.length > expected.length) {
		throw invalid(
			`"${command.name}" does not know what to do with ${echo(input[expected.length] ?? '')}. ${usage}`,
		);
	}

	for (const [index, {options, name}] of expected.entries()) {
		const value = input[index];
		if (
			options !== undefined &&
			value !== undefined &&
			!options.includes(value)
		) {
			throw invalid(
				`${name} is one of ${options.join(', ')}, not ${echo(value)}.`,
			);
		}
	}
};

/** `[ID...]` */
export const argumentUsage = ({
	name,
	isOptional,
	isMultiple,
}: ArgumentDefinition): string => {
	const text = `${name}${isMultiple === true ? '...' : ''}`;
	return isOptional === true ? `[${text}]` : text;
};

const camelCase = (flag: string): string =>
	flag.replaceAll(/-(?<letter>.)/gv, (_, letter: string) =>
		letter.toUpperCase(),
	);

const meowFlags = (definitions: Definitions): AnyFlags =>
	Object.fromEntries(
		Object.entries(definitions).map(([flag, definition]) => [
			camelCase(flag),
			definition.type === 'switch'
				? {type: 'boolean'}
				: {
						// Numbers too, so that what is none can be told as it was written.
						type: 'string',
						isMultiple: definition.isMultiple === true,
					},
		]),
	);

const readFlag = ({
	flag,
	definition,
	value,
}: {
	readonly flag: string;
	readonly definition: FlagDefinition;
	readonly value: unknown;
}): FlagValue => {
	if (definition.type === 'switch') {
		return value === true;
	}

	if (definition.isMultiple === true) {
		return Array.isArray(value) ? value.map(String) : [];
	}

	const text = String(value);
	if (definition.type === 'text') {
		checkOptions({flag, definition, text});
		return text;
	}

	const number = text.trim() === '' ? NaN : Number(text);
	const {minimum = -Infinity, maximum = Infinity} = definition;
	if (
		!Number.isFinite(number) ||
		(definition.type === 'integer' && !Number.isSafeInteger(number)) ||
		number < minimum ||
		number > maximum
	) {
		throw invalid(
			`--${flag} must be ${describeNumber(definition)}, not ${echo(text)}.`,
		);
	}

	return number;
};

const describeNumber = ({type, minimum, maximum}: FlagDefinition): string => {
	const kind = type === 'integer' ? 'a whole number' : 'a number';
	if (minimum !== undefined && maximum !== undefined) {
		return `${kind} from ${minimum} to ${maximum}`;
	}

	return minimum === undefined ? kind : `${kind} from ${minimum} on`;
};

/** A flag whose help says `A,B` takes several of its options. */
const checkOptions = ({
	flag,
	definition: {options, value = ''},
	text,
}: {
	readonly flag: string;
	readonly definition: FlagDefinition;
	readonly text: string;
}): void => {
	if (options === undefined) {
		return;
	}

	const given = value.includes(',') ? text.split(',') : [text];
	for (const option of given) {
		if (!options.includes(option)) {
			throw invalid(
				`--${flag} knows no ${echo(option)}${didYouMean(option, options)} It takes ${options.join(', ')}.`,
			);
		}
	}
};

const flagsOf = (
	values: Values,
	definitions: Definitions,
	command: CommandDefinition,
): Flags => {
	const read = (name: string): FlagValue | undefined => {
		if (!Object.hasOwn(definitions, name)) {
			throw new FarmError(
				'INTERNAL',
				`The command table gives "${command.name}" no flag --${name}.`,
			);
		}

		return values.get(name);
	};

	return {
		text(name) {
			const value = read(name);
			return typeof value === 'string' ? value : undefined;
		},
		texts(name) {
			const value = read(name);
			return Array.isArray(value) ? (value as readonly string[]) : [];
		},
		number(name) {
			const value = read(name);
			return typeof value === 'number' ? value : undefined;
		},
		toggle(name) {
			const value = read(name);
			return typeof value === 'boolean' ? value : undefined;
		},
	};
};
