import {FarmError} from '../core/errors.js';
import {didYouMean} from '../core/nearest.js';
import type {CommandDefinition, FlagDefinition} from './command-definition.js';
import {commandFamilies, commandTable, globalFlags} from './command-table.js';
import {argumentUsage} from './parse-command-line.js';

/**
The help of a command (`task list`), of a family of commands (`task`), or of the whole program (empty).

@throws FarmError `INVALID` where there is no such command.
*/
export const helpText = (about: string): string => {
	if (about === '') {
		return overview();
	}

	const command = commandTable.find(({name}) => name === about);
	const family = commandFamilies.find(({name}) => name === about);
	if (command === undefined && family === undefined) {
		throw new FarmError(
			'INVALID',
			`There is no command "${about}"${didYouMean(
				about,
				commandTable.map(({name}) => name),
			)} See lifeblood --help.`,
		);
	}

	const members = commandTable.filter(({name}) => name.startsWith(`${about} `));
	return [
		command === undefined
			? sentence(family?.summary ?? '')
			: commandHelp(command),
		...(members.length === 0
			? []
			: [
					section(
						'Commands',
						members.map((member) => [usage(member), member.summary]),
					),
					`See lifeblood ${about} WORD --help.`,
				]),
	].join('\n\n');
};

/** Docs/commands.md, made from the command table. */
export const commandsPage = (): string => {
	const lines = [
		'# Commands',
		'',
		'This page is generated from the command table; `lifeblood COMMAND --help` says the same.',
		'',
		'Exit status: 0 done; 1 it did not work; 2 wrong usage or input; 3 no scheduler could be reached; 4 refused.',
		'',
		'Where no scheduler is named: the configuration, then the scheduler of this machine and user, then the broadcast of the network.',
		'',
		'## Flags that every command has',
		'',
		...flagTable(globalFlags),
	];
	for (const command of commandTable) {
		lines.push(
			'',
			`## ${command.name}`,
			'',
			'```',
			`lifeblood ${usage(command)}${Object.keys(command.flags).length > 0 ? ' [flags]' : ''}`,
			'```',
			'',
			sentence(command.summary),
			...(command.description === undefined ? [] : ['', command.description]),
			...(command.arguments.length === 0
				? []
				: [
						'',
						'| argument | |',
						'|---|---|',
						...command.arguments.map(
							(argument) =>
								`| \`${cell(argumentUsage(argument))}\` | ${cell(argument.description)} |`,
						),
					]),
			...(Object.keys(command.flags).length === 0
				? []
				: ['', ...flagTable(command.flags)]),
			'',
			'```sh',
			...command.examples.flatMap((example) => [
				`# ${example.description}`,
				`lifeblood ${example.command}`,
			]),
			'```',
		);
	}

	return `${lines.join('\n')}\n`;
};

const overview = (): string => {
	const single = commandTable.filter(({name}) => !name.includes(' '));
	const running = new Set(['scheduler', 'worker', 'up', 'demo']);
	const isRunning = ({name}: CommandDefinition): boolean => running.has(name);
	const families = commandFamilies.filter(({name}) => name !== 'worker');
	const isWork = (name: string): boolean =>
		['task', 'group', 'node', 'graph', 'limit', 'job'].includes(name);
	return [
		wrap(
			'lifeblood: draw a graph, let tasks travel through it, run their processes on any number of machines',
			78,
		),
		'Usage: lifeblood COMMAND [arguments] [flags]',
		section(
			'Run a farm',
			single
				.filter((command) => isRunning(command))
				.map(({name, summary}) => [name, summary]),
		),
		section('Work', [
			...single
				.filter(({name}) => name === 'submit')
				.map(({name, summary}): Row => [name, summary]),
			...families
				.filter(({name}) => isWork(name))
				.map(({name, summary}): Row => [`${name} ...`, summary]),
			['worker ...', 'look at workers and steer them'],
		]),
		section('Set up', [
			...single
				.filter((command) => !isRunning(command) && command.name !== 'submit')
				.map(({name, summary}): Row => [name, summary]),
			...families
				.filter(({name}) => !isWork(name))
				.map(({name, summary}): Row => [`${name} ...`, summary]),
		]),
		section('Flags of every command', flagRows(globalFlags)),
		'See lifeblood COMMAND --help.',
	].join('\n\n');
};

type Row = readonly [string, string];

const commandHelp = (command: CommandDefinition): string =>
	[
		sentence(command.summary),
		...(command.description === undefined
			? []
			: [wrap(command.description, 78)]),
		`Usage: lifeblood ${usage(command)}${Object.keys(command.flags).length > 0 ? ' [flags]' : ''}`,
		...(command.arguments.length === 0
			? []
			: [
					section(
						'Arguments',
						command.arguments.map((argument) => [
							argumentUsage(argument),
							argument.description,
						]),
					),
				]),
		...(Object.keys(command.flags).length === 0
			? []
			: [section('Flags', flagRows(command.flags))]),
		section('Flags of every command', flagRows(globalFlags)),
		`Examples\n${command.examples
			.map(
				(example) =>
					`  lifeblood ${example.command}\n      ${example.description}`,
			)
			.join('\n')}`,
	].join('\n\n');

const usage = (command: CommandDefinition): string =>
	[
		command.name,
		...command.arguments.map((argument) => argumentUsage(argument)),
	].join(' ');

const flagUsage = ([name, definition]: readonly [
	string,
	FlagDefinition,
]): string => {
	const written = definition.isNegated === true ? `--no-${name}` : `--${name}`;
	const value =
		definition.type === 'switch' ? '' : ` ${definition.value ?? 'VALUE'}`;
	return `${written}${value}`;
};

const flagDescription = ({description, isMultiple}: FlagDefinition): string =>
	isMultiple === true ? `${description}; may be repeated` : description;

const flagRows = (flags: Readonly<Record<string, FlagDefinition>>): Row[] =>
	Object.entries(flags).map((entry) => [
		flagUsage(entry),
		flagDescription(entry[1]),
	]);

const flagTable = (
	flags: Readonly<Record<string, FlagDefinition>>,
): string[] => [
	'| flag | |',
	'|---|---|',
	...flagRows(flags).map(
		([flag, text]) => `| \`${cell(flag)}\` | ${cell(text)} |`,
	),
];

/** Two columns of at most 80 characters in all; a long first column pushes its text onto the next line. */
const section = (title: string, rows: readonly Row[]): string => {
	const width = Math.min(26, Math.max(...rows.map(([left]) => left.length)));
	return [
		title,
		...rows.flatMap(([left, right]) => {
			const [first = '', ...more] = wrap(right, 78 - width - 4).split('\n');
			const indent = ' '.repeat(width + 4);
			return left.length > width
				? [
						`  ${left}`,
						`${indent}${first}`,
						...more.map((line) => `${indent}${line}`),
					]
				: [
						`  ${left.padEnd(width)}  ${first}`,
						...more.map((line) => `${indent}${line}`),
					];
		}),
	].join('\n');
};

const wrap = (text: string, width: number): string => {
	const lines: string[] = [];
	let line = '';
	for (const word of text.split(' ')) {
		if (line !== '' && line.length + 1 + word.length > width) {
			lines.push(line);
			line = word;
		} else {
			line = line === '' ? word : `${line} ${word}`;
		}
	}

	return [...lines, line].join('\n');
};

const sentence = (text: string): string =>
	`${text.charAt(0).toUpperCase()}${text.slice(1)}.`;

const cell = (text: string): string => text.replaceAll('|', String.raw`\|`);
