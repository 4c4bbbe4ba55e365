import {
	completedCommands,
	completedGlobalFlags,
	firstWords,
	secondWords,
	valueFlags,
	type Candidates,
	type CompletedFlag,
	type CompletedWord,
} from './completion-model.js';

/** A script for fish 3 and newer, which knows every command, flag and fixed value with its description. */
export const fishCompletion =
	(): string => `# Completion of lifeblood for fish; made by "lifeblood completion fish".
function __lifeblood_command
	set -l words
	set -l skip 0
	for word in (commandline -opc)[2..-1]
		if test $skip -eq 1
			set skip 0
			continue
		end
		switch $word
			case ${valueFlags().join(' ')}
				set skip 1
			case '-*'
			case '*'
				set -a words $word
		end
	end
	if test (count $words) -gt 1; and contains -- "$words[1] $words[2]" ${completedCommands()
		.filter(({name}) => name.includes(' '))
		.map(({name}) => quoted(name))
		.join(' ')}
		echo "$words[1] $words[2]"
	else if test (count $words) -gt 0
		echo "$words[1]"
	else
		echo ""
	end
end

function __lifeblood_is
	set -l command (__lifeblood_command)
	test "$command" = "$argv"
end

complete -c lifeblood -f
${[
	...firstWords().map((word) => wordLine('__lifeblood_is', word)),
	...[...secondWords()].flatMap(([family, seconds]) =>
		seconds.map((word) => wordLine(`__lifeblood_is ${family}`, word)),
	),
	...completedGlobalFlags().map((flag) => flagLine('__lifeblood_is', flag)),
	...completedCommands().flatMap((command) => [
		...command.flags.map((flag) =>
			flagLine(`__lifeblood_is ${command.name}`, flag),
		),
		...command.arguments.flatMap(({value}) =>
			argumentLines(`__lifeblood_is ${command.name}`, value),
		),
	]),
].join('\n')}
`;

const wordLine = (condition: string, {word, summary}: CompletedWord): string =>
	`complete -c lifeblood -n ${quoted(condition)} -a ${quoted(word)} -d ${quoted(summary)}`;

const flagLine = (
	condition: string,
	{name, description, value}: CompletedFlag,
): string =>
	`complete -c lifeblood -n ${quoted(condition)} -l ${name.slice(2)}${valueOptions(value)} -d ${quoted(description)}`;

const argumentLines = (condition: string, value: Candidates): string[] => {
	const start = `complete -c lifeblood -n ${quoted(condition)}`;
	switch (value.kind) {
		case 'words': {
			return [`${start} -a ${quoted(value.words.join(' '))}`];
		}

		case 'file': {
			return [`${start} -F`];
		}

		case 'directory': {
			return [`${start} -a '(__fish_complete_directories)'`];
		}

		case 'anything': {
			return [];
		}
	}
};

const valueOptions = (value: Candidates | undefined): string => {
	switch (value?.kind) {
		case 'words': {
			return ` -x -a ${quoted(value.words.join(' '))}`;
		}

		case 'file': {
			return ' -r -F';
		}

		case 'directory': {
			return " -x -a '(__fish_complete_directories)'";
		}

		case 'anything': {
			return ' -x';
		}

		case undefined: {
			return '';
		}
	}
};

const quoted = (text: string): string =>
	`'${text.replaceAll('\\', '\\\\').replaceAll("'", String.raw`\'`)}'`;
