import type {ScriptOutcome} from '../../core/script.js';
import {fault, ok, type Parsed} from '../../graph/parsed.js';
import {parseWords} from '../../graph/words.js';
import {defineNode, type ProcessResult} from '../contract.js';
import type {InvocationRequest} from '../../core/invocation.js';
import type {ParameterSchemas, ParameterValues} from '../parameters.js';
import {pythonStart} from '../python-start.js';
import {
	exitCodeParameters,
	exitCodesOf,
	requirementParameters,
	termsOf,
} from '../requirements.js';

const parameters = {
	process: {
		type: 'text',
		label: 'Process',
		default: '',
		syntax: 'javascript',
		literal: true,
		description:
			"JavaScript, run by the scheduler in a sandbox: reads and sets task['x'], spawn(name, attributes), split([...]), kill(), output(name), fail(message), schedule(). Empty: schedule(), if there is something to invoke.",
	},
	invoke: {
		type: 'text',
		label: 'Invoke',
		default: '',
		syntax: 'python',
		literal: true,
		description:
			'The script that schedule() sends to a worker. In Python, task is a dict of the attributes, whose changes are sent back when the script has ended well.',
	},
	interpreter: {
		type: 'string',
		label: 'Interpreter',
		default: 'python3',
		description: 'The program that runs it, and options for it.',
	},
	...exitCodeParameters,
	...requirementParameters,
} as const satisfies ParameterSchemas;

type Values = ParameterValues<typeof parameters>;

export const scriptNode = defineNode({
	type: 'script',
	label: 'Script',
	tags: ['process'],
	description:
		'Runs a script of your own for the task: a quick one in the scheduler, and if it says so another one on a worker.',
	outputs: ['main', 'spawned'],
	parameters,
	// eslint-disable-next-line @typescript-eslint/promise-function-async -- a quick script is done within the turn; a promise would cost it another
	process({runScript, parameters: values}) {
		if (values.process.trim() === '') {
			return resultOf(
				{...nothing, schedule: values.invoke.trim() !== ''},
				values,
			);
		}

		const outcome = runScript(values.process);
		return outcome instanceof Promise
			? outcome.then((later) => resultOf(later, values))
			: resultOf(outcome, values);
	},
});

type Done = Extract<ScriptOutcome, {kind: 'done'}>;

const nothing: Done = {
	kind: 'done',
	set: {},
	unset: [],
	spawn: [],
	split: undefined,
	kill: false,
	output: undefined,
	schedule: false,
};

const resultOf = (outcome: ScriptOutcome, values: Values): ProcessResult => {
	if (outcome.kind === 'failed') {
		return {kind: 'error', message: outcome.message};
	}

	const {kill, split, schedule, set, unset, spawn} = outcome;
	const called = [
		...(kill ? ['kill()'] : []),
		...(split ? ['split()'] : []),
		...(schedule ? ['schedule()'] : []),
	];
	if (called.length > 1) {
		return {
			kind: 'error',
			message: `The script called ${called.join(' and ')}, but a task can have only one of them.`,
		};
	}

	if (kill) {
		return {kind: 'kill', spawn};
	}

	const changes = {
		set,
		unset,
		spawn,
		...(outcome.output !== undefined && {output: outcome.output}),
	};
	if (split) {
		return {kind: 'split', elements: split, ...changes};
	}

	if (!schedule) {
		return {kind: 'pass', ...changes};
	}

	const invocation = invocationOf(values);
	return invocation.kind === 'fault'
		? {kind: 'error', message: invocation.message}
		: {kind: 'pass', invocation: invocation.value, ...changes};
};

const invocationOf = (values: Values): Parsed<InvocationRequest> => {
	if (values.invoke.trim() === '') {
		return fault(
			'The script called schedule(), but invoke is empty: there is nothing to run.',
		);
	}

	const interpreter = parseWords(values.interpreter);
	if (interpreter.kind === 'fault') {
		return fault(`interpreter cannot be read: ${interpreter.message}.`);
	}

	const [program = ''] = interpreter.value;
	if (program === '') {
		return fault(
			'interpreter is empty, but must name the program that runs the script.',
		);
	}

	const terms = termsOf(values);
	if (terms.kind === 'fault') {
		return terms;
	}

	const exitCodes = exitCodesOf(values);
	if (exitCodes.kind === 'fault') {
		return exitCodes;
	}

	const {limits, ...rest} = terms.value;
	return ok({
		process: {
			...filesFor(interpreter.value, values.invoke),
			environment: {},
			cwd: '',
			progress_regex: '',
			...exitCodes.value,
			...limits,
		},
		...rest,
	});
};

const pythons = /^(?:python|pypy|hython|mayapy)[\d.]*(?:\.exe)?$/iv;

const filesFor = (
	interpreter: readonly string[],
	source: string,
): Pick<InvocationRequest['process'], 'arguments' | 'files'> => {
	const program = interpreter[0]?.split(/[\/\\]/v).at(-1) ?? '';
	return pythons.test(program)
		? {
				arguments: [...interpreter, ':/script_start.py', ':/script.py'],
				files: {'script.py': source, 'script_start.py': pythonStart},
			}
		: {arguments: [...interpreter, ':/script'], files: {script: source}};
};
