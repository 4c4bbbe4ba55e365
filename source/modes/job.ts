import {Buffer} from 'node:buffer';
import process from 'node:process';
import {FarmError} from '../core/errors.js';
import {invocationId} from '../core/ids.js';
import {askJobInterface, strangeAnswer} from './ask-job-interface.js';
import type {CommandContext, ExitStatus, Mode} from './context.js';
import {parseAssignments} from './parse-assignment.js';

/** `lifeblood job …`: what a running process asks of the worker that started it. It loads little, since one call must take under 100 ms; so what only some calls need comes with them. */
export const run: Mode['run'] = async (context) => {
	const word = context.command.split(' ').at(-1) ?? '';
	const call = calls.get(word);
	if (call === undefined) {
		throw new FarmError(
			'INTERNAL',
			`The command table knows "${context.command}", but nothing does it.`,
		);
	}

	return call(context);
};

type Call = (context: CommandContext) => Promise<ExitStatus>;

const attr: Call = async (context) => {
	const [action, ...names] = context.arguments;
	if (action === 'get') {
		return getAttributes(context, names);
	}

	if (names.length === 0) {
		throw new FarmError(
			'INVALID',
			action === 'set'
				? '"job attr set" needs at least one attribute: k=text, or k:=JSON.'
				: '"job attr delete" needs at least one name of an attribute.',
		);
	}

	const change =
		action === 'set'
			? {set: parseAssignments(names, 'job attr set')}
			: {delete: names};
	await askJobInterface('job.set_attributes', () => change);
	return 0;
};

const getAttributes = async (
	{flags, output}: CommandContext,
	[name, ...more]: readonly string[],
): Promise<ExitStatus> => {
	if (more.length > 0) {
		throw new FarmError(
			'INVALID',
			'"job attr get" takes one name, or none for all attributes as a JSON object.',
		);
	}

	const {attributes} = await askJobInterface('job.get_attributes', () => ({}));
	if (typeof attributes !== 'object' || attributes === null) {
		throw strangeAnswer();
	}

	if (name === undefined) {
		output.printJson(attributes);
		return 0;
	}

	const value = new Map<string, unknown>(Object.entries(attributes)).get(name);
	if (value === undefined) {
		output.message(`lifeblood: The task has no attribute "${name}".`);
		return 1;
	}

	if (flags.toggle('json') === true) {
		output.printJson(value);
	} else {
		output.print(typeof value === 'string' ? value : JSON.stringify(value));
	}

	return 0;
};

const spawn: Call = async (context) => {
	const {flags, output} = context;
	const [name = ''] = context.arguments;
	const [{taskAttributes}, {parseEnvironment}] = await Promise.all([
		import('./attributes.js'),
		import('./parse-environment.js'),
	]);
	const environment = parseEnvironment({
		resolver: flags.text('resolver'),
		packages: flags.texts('package'),
	});
	const from = flags.text('output');
	const attributes = await taskAttributes(flags);
	const {id} = await askJobInterface('job.spawn', () => ({
		name,
		attributes,
		...(environment !== undefined && {environment}),
		...(from !== undefined && {output: from}),
	}));
	if (typeof id !== 'number') {
		throw strangeAnswer();
	}

	if (flags.toggle('json') === true) {
		output.printJson({id});
	} else {
		output.print(String(id));
	}

	return 0;
};

const progress: Call = async (context) => {
	const [written = '', status] = context.arguments;
	const percent = written.trim() === '' ? NaN : Number(written);
	if (!(percent >= 0 && percent <= 100)) {
		throw new FarmError(
			'INVALID',
			`"${written}" is no progress: write a percentage from 0 to 100, as in 37.5.`,
		);
	}

	await askJobInterface('job.progress', () => ({
		percent,
		...(status !== undefined && {status}),
	}));
	return 0;
};

const send: Call = async (context) => {
	const {flags, output} = context;
	const [to = '', addressee = '', message] = context.arguments;
	const number = /^\d+$/v.test(to) ? Number(to) : 0;
	if (number === 0 || !Number.isSafeInteger(number)) {
		throw new FarmError(
			'INVALID',
			`"${to}" is no number of an invocation: a process finds its own in LIFEBLOOD_RUNTIME_IID, and has to tell it to those who are to send.`,
		);
	}

	const timeout = flags.number('timeout');
	const bytes =
		message === undefined ? await readStandardInput() : Buffer.from(message);
	checkLength(bytes.length);
	const result = await askJobInterface('job.send', () => ({
		to: invocationId(number),
		addressee,
		data: Buffer.from(bytes).toString('base64'),
		...(timeout !== undefined && {timeout_s: timeout}),
	}));
	if (result['outcome'] === 'taken') {
		return 0;
	}

	output.message(
		`lifeblood: ${String(result['outcome'])}: ${String(result['message'])}`,
	);
	return 1;
};

const receive: Call = async (context) => {
	const {flags, output} = context;
	const [addressee = ''] = context.arguments;
	const timeout = flags.number('timeout');
	const {outcome, from, data} = await askJobInterface(
		'job.receive',
		(elapsed) => ({
			addressee,
			...(timeout !== undefined && {timeout_s: Math.max(0, timeout - elapsed)}),
		}),
	);
	if (outcome === 'timeout') {
		output.message(
			`lifeblood: timeout: No message came to "${addressee}" within ${timeout} s.`,
		);
		return 1;
	}

	if (typeof data !== 'string') {
		throw strangeAnswer();
	}

	if (flags.toggle('json') === true) {
		output.printJson({from, data});
	} else {
		output.write(Buffer.from(data, 'base64'));
	}

	return 0;
};

const calls: ReadonlyMap<string, Call> = new Map([
	['attr', attr],
	['spawn', spawn],
	['progress', progress],
	['send', send],
	['receive', receive],
]);

/** What a message may hold, so that it fits into a line on the wire as base64. */
const longestMessage = 4 * 1024 * 1024;

const checkLength = (length: number): void => {
	if (length > longestMessage) {
		throw new FarmError(
			'INVALID',
			`A message has at most ${longestMessage / 1024 / 1024} MiB: write what is larger to a file, and send its path.`,
		);
	}
};

const readStandardInput = async (): Promise<Uint8Array> => {
	const pieces: Uint8Array[] = [];
	let length = 0;
	for await (const piece of process.stdin) {
		const bytes = Buffer.from(piece as Uint8Array);
		length += bytes.length;
		checkLength(length);
		pieces.push(bytes);
	}

	return Buffer.concat(pieces);
};
