import path from 'node:path';
import type {Attributes} from '../core/invocation.js';
import type {InvocationId, TaskId} from '../core/ids.js';
import {defaultPath} from './find-program.js';
import type {WorkerSettings} from './settings.js';

type Parts = {
	/** As the resolver made it. */
	readonly resolved: Readonly<Record<string, string>>;
	/** As the node asked for. */
	readonly added: Readonly<Record<string, string>>;
	readonly attributes: Attributes;
	readonly attributesFile: string;
	/** Undefined: no files are carried along. */
	readonly filesFolder: string | undefined;
	readonly invocation: InvocationId;
	readonly task: TaskId;
	readonly jobs: JobAccess;
	readonly runtime: WorkerSettings['runtime'];
};

/** How a process speaks to its worker. */
export type JobAccess = {
	/** `host:port` of the job interface. */
	readonly address: string;
	/** The invocation's secret. */
	readonly token: string;
};

/** The variable that says whose a process is; it is also how what a program daemonised is found again. Its value is a path of ours, so that no other worker's process is taken for ours. */
export const marker = 'LIFEBLOOD_ATTRIBUTES';

/**
Everything that a process sees in its environment. The invocation's own variables come last: nothing that a task brings can pass for another invocation.

@throws {TypeError} where a name or value cannot be in an environment; never for attributes, which are left out then
*/
export const processEnvironment = ({
	resolved,
	added,
	attributes,
	attributesFile,
	filesFolder,
	invocation,
	task,
	jobs,
	runtime,
}: Parts): Record<string, string> => {
	const environment: Record<string, string> = {};
	for (const [name, value] of Object.entries(resolved)) {
		// Those of an invocation that the worker itself may run in.
		if (
			name !== 'LB_EF_ROOT' &&
			!name.startsWith('LIFEBLOOD_RUNTIME_') &&
			!name.startsWith('LBATTR_')
		) {
			environment[name] = value;
		}
	}

	let room = mostForAttributes;
	for (const [name, value] of Object.entries(attributes)) {
		const text = attributeText(value);
		if (
			!(
				text !== undefined &&
				/^[A-Za-z]\w*$/v.test(name) &&
				text.length <= Math.min(longestVariable, room)
			) ||
			text.includes('\0')
		) {
			continue;
		}

		environment[`LBATTR_${name}`] = text;
		room -= name.length + text.length;
	}

	for (const [name, value] of Object.entries(added)) {
		if (
			name === '' ||
			name.includes('=') ||
			name.includes('\0') ||
			value.includes('\0')
		) {
			throw new TypeError(
				`The variable ${JSON.stringify(name)} cannot be in an environment: a name has no "=", and neither name nor value has a zero byte.`,
			);
		}

		environment[name] = value;
	}

	if (filesFolder !== undefined) {
		environment['LB_EF_ROOT'] = filesFolder;
	}

	environment['LIFEBLOOD_RUNTIME_IID'] = String(invocation);
	environment['LIFEBLOOD_RUNTIME_TID'] = String(task);
	environment['LIFEBLOOD_RUNTIME_SCHEDULER_ADDR'] = jobs.address;
	environment['LIFEBLOOD_RUNTIME_TOKEN'] = jobs.token;
	if (runtime.bin !== undefined) {
		environment['PATH'] = inFront(
			runtime.bin,
			environment['PATH'] ?? defaultPath,
		);
	}

	if (runtime.python !== undefined) {
		environment['PYTHONPATH'] = inFront(
			runtime.python,
			environment['PYTHONPATH'] ?? '',
		);
	}

	environment[marker] = attributesFile;
	return environment;
};

const inFront = (folder: string, list: string): string =>
	list === '' ? folder : `${folder}${path.delimiter}${list}`;

// Linux takes no single variable over 128 KiB, and usually 2 MiB in all; a character has up to three bytes. All attributes are in the file anyway.
const longestVariable = 30_000;
const mostForAttributes = 300_000;

const attributeText = (value: unknown): string | undefined => {
	switch (typeof value) {
		case 'string': {
			return value;
		}

		case 'number':
		case 'boolean': {
			return String(value);
		}

		case 'object':
		case 'undefined':
		case 'bigint':
		case 'symbol':
		case 'function': {
			return undefined;
		}
	}
};
