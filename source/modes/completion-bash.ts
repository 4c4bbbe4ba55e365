import {
	completedCommands,
	completedGlobalFlags,
	firstWords,
	secondWords,
	valueFlags,
	type Candidates,
} from './completion-model.js';

/** A script for bash 3.2 and newer, which knows every command, flag and fixed value. */
export const bashCompletion =
	(): string => `# Completion of lifeblood for bash; made by "lifeblood completion bash".
_lifeblood() {
	local current="\${COMP_WORDS[COMP_CWORD]}" word command="" flag="" count=0 index
	COMPREPLY=()
	# Bash takes "--flag=value" apart into three words.
	if [[ $current == "=" ]]; then current=""; fi
	for ((index = 1; index < COMP_CWORD; index++)); do
		word="\${COMP_WORDS[index]}"
		if [[ -n $flag ]]; then
			if [[ $word != "=" ]]; then flag=""; fi
			continue
		fi
		case "$word" in
			${valueFlags().join('|')}) flag="$word" ;;
			-*|=) ;;
			*)
				if [[ -z $command ]]; then
					command="$word"
				elif [[ $count -eq 0 ]] && _lifeblood_known "$command $word"; then
					command="$command $word"
				else
					count=$((count + 1))
				fi
				;;
		esac
	done

	if [[ -n $flag ]]; then
		_lifeblood_value "$command $flag" "$current"
	elif [[ $current == -* ]]; then
		_lifeblood_words "$(_lifeblood_flags "$command")" "$current"
	elif [[ -z $command ]]; then
		_lifeblood_words "${words(firstWords().map(({word: first}) => first))}" "$current"
	else
		if [[ $count -eq 0 ]]; then
			case "$command" in
${[...secondWords()]
	.map(
		([family, seconds]) =>
			`				${quoted(family)}) _lifeblood_words "${words(seconds.map(({word: second}) => second))}" "$current" ;;`,
	)
	.join('\n')}
			esac
		fi
		_lifeblood_argument "$command" "$count" "$current"
	fi
}

_lifeblood_known() {
	case "$1" in
		${completedCommands()
			.filter(({name}) => name.includes(' '))
			.map(({name}) => quoted(name))
			.join('|')}) return 0 ;;
	esac
	return 1
}

_lifeblood_flags() {
	case "$1" in
${completedCommands()
	.map(
		({name, flags}) =>
			`		${quoted(name)}) echo "${words(flags.map((flag) => flag.name))}" ;;`,
	)
	.join('\n')}
		*) echo "${words(['--version', ...completedGlobalFlags().map(({name}) => name)])}" ;;
	esac
}

# The value of a flag: "COMMAND FLAG" and what is written of it.
_lifeblood_value() {
	case "$1" in
${completedCommands()
	.flatMap(({name, flags}) =>
		flags.flatMap((flag) => choice(`${name} ${flag.name}`, flag.value, '"$2"')),
	)
	.join('\n')}
${completedGlobalFlags()
	.flatMap((flag) => choice(` ${flag.name}`, flag.value, '"$2"'))
	.join('\n')}
	esac
}

# An argument: the command, how many stand before it, and what is written of it.
_lifeblood_argument() {
	case "$1 $2" in
${completedCommands()
	.flatMap(({name, arguments: definitions}) =>
		definitions.flatMap(({value, isMultiple}, index) =>
			isMultiple
				? choice(name, value, '"$3"', ' *')
				: choice(`${name} ${index}`, value, '"$3"'),
		),
	)
	.join('\n')}
	esac
}

_lifeblood_words() {
	COMPREPLY+=($(compgen -W "$1" -- "$2"))
}

# Words with commas between: what stands before the last comma is kept.
_lifeblood_list() {
	local before=""
	case "$2" in *,*) before="\${2%,*}," ;; esac
	COMPREPLY+=($(compgen -P "$before" -W "$1" -- "\${2##*,}"))
}

_lifeblood_paths() {
	local IFS=$'\\n'
	COMPREPLY+=($(compgen "$1" -- "$2"))
	compopt -o filenames 2>/dev/null
	return 0
}

complete -F _lifeblood lifeblood
`;

/** Zsh runs bash's completions by its own bashcompinit. */
export const zshCompletion = (): string => `#compdef lifeblood
autoload -U +X bashcompinit && bashcompinit
${bashCompletion()}
# Zsh reads this file at the first completion, as a function of this name, and that one is to be answered as well.
if [[ \${funcstack[1]-} == _lifeblood ]]; then
	_bash_complete -F _lifeblood
fi
`;

const choice = (
	place: string,
	value: Candidates | undefined,
	written: string,
	suffix = '',
): string[] => {
	const pattern = `		${quoted(place)}${suffix})`;
	switch (value?.kind) {
		case 'words': {
			return [
				`${pattern} _lifeblood_${value.isList ? 'list' : 'words'} "${words(value.words)}" ${written} ;;`,
			];
		}

		case 'file': {
			return [`${pattern} _lifeblood_paths -f ${written} ;;`];
		}

		case 'directory': {
			return [`${pattern} _lifeblood_paths -d ${written} ;;`];
		}

		case 'anything':
		case undefined: {
			return [];
		}
	}
};

const quoted = (text: string): string => `"${text}"`;

const words = (list: readonly string[]): string => list.join(' ');
