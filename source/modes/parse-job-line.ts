import {parseArgs, type ParseArgsOptionsConfig} from 'node:util';
import type {CommandDefinition} from './command-definition.js';
import type {CommandContext} from './context.js';
import {jobCommands} from './job-commands.js';

/**
A well written `lifeblood job …`, read without what other commands need: to load that takes longer than the call itself.

Whatever it does not take (a wrong word, `--help`, a flag that every command has) is undefined, and is the whole parser's to read or to complain about. What both take means the same to both.
*/
export const parseJobLine = (
	words: readonly string[],
): Omit<CommandContext, 'output'> | undefined => {
	const [family, word = '', ...rest] = words;
	const command = jobCommands.find(({name}) => name === `${family} ${word}`);
	if (command === undefined) {
		return undefined;
	}

	const parsed = split(command, rest);
	return parsed !== undefined &&
		fitsArguments(command, parsed.positionals) &&
		fitsFlags(command, parsed)
		? {
				command: command.name,
				arguments: parsed.positionals,
				flags: flagsOf(parsed.values),
			}
		: undefined;
};

type Values = Readonly<
	Record<string, string | boolean | ReadonlyArray<string | boolean> | undefined>
>;

type Split = {
	readonly values: Values;
	readonly positionals: readonly string[];
	/** Flags as often as they were written. */
	readonly written: readonly string[];
};

const split = (
	command: CommandDefinition,
	words: readonly string[],
): Split | undefined => {
	const options: ParseArgsOptionsConfig = {json: {type: 'boolean'}};
	for (const [name, {type, isMultiple}] of Object.entries(command.flags)) {
		options[name] = {
			type: type === 'switch' ? 'boolean' : 'string',
			multiple: isMultiple === true,
		};
	}

	try {
		const {values, positionals, tokens} = parseArgs({
			args: [...words],
			options,
			allowPositionals: true,
			tokens: true,
		});
		const written = tokens.flatMap((token) =>
			token.kind === 'option' ? [token.name] : [],
		);
		return {values, positionals, written};
	} catch {
		return undefined;
	}
};

const fitsArguments = (
	{arguments: expected}: CommandDefinition,
	given: readonly string[],
): boolean =>
	expected.every(({isOptional, options}, index) => {
		const value = given[index];
		return value === undefined
			? isOptional === true
			: options?.includes(value) !== false;
	}) &&
	(given.length <= expected.length || expected.at(-1)?.isMultiple === true);

const fitsFlags = (
	{flags}: CommandDefinition,
	{values, written}: Split,
): boolean =>
	written.every(
		(name, index) =>
			flags[name]?.isMultiple === true || written.indexOf(name) === index,
	) &&
	Object.entries(flags).every(([name, {type, minimum, maximum, options}]) => {
		const value = values[name];
		// An empty one of several is told by the whole parser.
		if (Array.isArray(value) && value.includes('')) {
			return false;
		}

		if (options !== undefined && value !== undefined) {
			return typeof value === 'string' && options.includes(value);
		}

		if (type !== 'number' || typeof value !== 'string') {
			return true;
		}

		const number = value.trim() === '' ? NaN : Number(value);
		return (
			Number.isFinite(number) &&
			number >= (minimum ?? number) &&
			number <= (maximum ?? number)
		);
	});

const flagsOf = (values: Values): CommandContext['flags'] => ({
	text(name) {
		const value = values[name];
		return typeof value === 'string' ? value : undefined;
	},
	texts(name) {
		const value = values[name];
		return Array.isArray(value) ? value.map(String) : [];
	},
	number(name) {
		const value = values[name];
		return typeof value === 'string' ? Number(value) : undefined;
	},
	toggle(name) {
		const value = values[name];
		return typeof value === 'boolean' ? value : undefined;
	},
});
