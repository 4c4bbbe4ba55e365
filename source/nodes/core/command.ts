import {defineNode} from '../contract.js';
import {
	exitCodeParameters,
	exitCodesOf,
	requirementParameters,
	termsOf,
} from '../requirements.js';

export const commandNode = defineNode({
	type: 'command',
	label: 'Command',
	tags: ['process'],
	description:
		'Runs a program for the task. Each row is one argument and is passed as it is: no shell looks at it.',
	outputs: ['main', 'spawned'],
	parameters: {
		command: {
			type: 'list',
			label: 'Command',
			default: [],
			description: 'The program, then its arguments.',
			row: {arg: {type: 'string', label: 'Argument', default: ''}},
		},
		cwd: {
			type: 'string',
			label: 'Working folder',
			default: '',
			description: 'Empty: a fresh folder that goes when it ends.',
		},
		environment: {
			type: 'list',
			label: 'Environment',
			default: [],
			description: 'Variables that are added.',
			row: {
				name: {type: 'string', label: 'Name', default: ''},
				value: {type: 'string', label: 'Value', default: ''},
			},
		},
		progress_regex: {
			type: 'string',
			label: 'Progress pattern',
			default: '',
			description:
				'A regular expression for lines of output: one group is percent, two are a ratio. Empty: ALF_PROGRESS 37%',
		},
		...exitCodeParameters,
		...requirementParameters,
	},
	process({parameters}) {
		const terms = termsOf(parameters);
		if (terms.kind === 'fault') {
			return {kind: 'error', message: terms.message};
		}

		const exitCodes = exitCodesOf(parameters);
		if (exitCodes.kind === 'fault') {
			return {kind: 'error', message: exitCodes.message};
		}

		const wrong = faultOf(parameters);
		if (wrong !== undefined) {
			return {kind: 'error', message: wrong};
		}

		const {limits, ...rest} = terms.value;
		return {
			kind: 'pass',
			invocation: {
				process: {
					arguments: parameters.command.map(({arg}) => arg),
					environment: Object.fromEntries(
						parameters.environment.map(({name, value}) => [name, value]),
					),
					files: {},
					cwd: parameters.cwd,
					progress_regex: parameters.progress_regex,
					...exitCodes.value,
					...limits,
				},
				...rest,
			},
		};
	},
});

const faultOf = ({
	command,
	environment,
	progress_regex: pattern,
}: {
	readonly command: ReadonlyArray<{readonly arg: string}>;
	readonly environment: ReadonlyArray<{readonly name: string}>;
	readonly progress_regex: string;
}): string | undefined => {
	const [program] = command;
	if (program === undefined) {
		return 'command is empty: its first row must name the program to run.';
	}

	if (program.arg === '') {
		return 'The first row of command is empty, but it must name the program to run.';
	}

	const wrong = environment.find(
		({name}) => name === '' || /[\0=]/v.test(name),
	);
	if (wrong) {
		return `environment has a variable named ${JSON.stringify(wrong.name)}; a name is not empty and has no "=".`;
	}

	try {
		// eslint-disable-next-line no-new, require-unicode-regexp -- whether it can be made is the question, by the lenient rules that people's patterns are read by
		new RegExp(pattern);
	} catch (error) {
		return `progress_regex is no regular expression: ${error instanceof Error ? error.message : String(error)}.`;
	}

	return undefined;
};
