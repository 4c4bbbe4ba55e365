import fs from 'node:fs';
import path from 'node:path';
import type {ParamsOf} from '../net/messages/method.js';
import type {schedulerToWorker} from '../net/messages/worker.js';
import {mapToHere} from './path-mapping.js';
import {processEnvironment, type JobAccess} from './process-environment.js';
import type {FindProgram} from './program-cache.js';
import type {Resolved} from './resolvers/contract.js';
import type {ScratchPool} from './scratch.js';
import type {WorkerSettings} from './settings.js';
import type {SpareFiles} from './spare-files.js';
import type {StateFolder} from './state-folder.js';

export type RunRequest = ParamsOf<typeof schedulerToWorker, 'invocation.run'>;

export type Prepared = {
	readonly file: string;
	/** After the program. */
	readonly arguments: readonly string[];
	readonly environment: Readonly<Record<string, string>>;
	readonly cwd: string;
	/** Null: the node brought a folder of its own. */
	readonly scratch: string | null; // eslint-disable-line @typescript-eslint/no-restricted-types -- as in the record
	readonly program: {
		readonly program: string;
		readonly cwd: string;
		readonly searchPath: string | undefined;
	};
};

type Preparation = {
	readonly request: RunRequest;
	readonly resolved: Extract<Resolved, {kind: 'resolved'}>;
	readonly settings: WorkerSettings;
	readonly folder: StateFolder;
	readonly findProgram: FindProgram;
	readonly pool: ScratchPool;
	readonly spares: SpareFiles;
	readonly jobs: JobAccess;
};

/**
Lay out everything that a process needs before it starts: its attributes' file, the files it carries along, its working folder, its environment and its program's file.

@throws {Error} with a sentence that says why it cannot be started; files that were laid out until then are the caller's to remove
*/
export const prepareProcess = ({
	request,
	resolved,
	settings,
	folder,
	findProgram,
	pool,
	spares,
	jobs,
}: Preparation): Prepared => {
	const {invocation, process: spec} = request;
	const here = mapToHere(settings);
	const attributes = here.attributes(request.attributes);
	const attributesFile = folder.attributesOf(invocation);
	spares.write(attributesFile, JSON.stringify(attributes));

	const names = Object.keys(spec.files);
	const filesFolder =
		names.length === 0 ? undefined : folder.filesOf(invocation);
	for (const name of names) {
		writeCarried(filesFolder ?? '', name, spec.files[name] ?? '');
	}

	const localArguments = spec.arguments.map((argument) => {
		const name = argument.startsWith(':/') ? argument.slice(2) : undefined;
		if (
			name !== undefined &&
			filesFolder !== undefined &&
			Object.hasOwn(spec.files, name)
		) {
			return path.join(filesFolder, name);
		}

		return here.argument(argument);
	});
	const [program = '', ...rest] = [...resolved.prefix, ...localArguments];
	if (rest.some((argument) => argument.includes('\0'))) {
		throw new Error(
			'An argument has a zero byte in it, which no argument can hold.',
		);
	}

	const environment = processEnvironment({
		resolved: resolved.environment,
		added: Object.fromEntries(
			Object.entries(spec.environment).map(([name, value]) => [
				name,
				here.variable(value),
			]),
		),
		attributes,
		attributesFile,
		filesFolder,
		invocation,
		task: request.task,
		jobs,
		runtime: settings.runtime,
	});

	let scratch: string | null = null; // eslint-disable-line @typescript-eslint/no-restricted-types -- as in the record
	let cwd: string;
	if (spec.cwd === '') {
		scratch = pool.take();
		cwd = scratch;
	} else {
		cwd = here.path(spec.cwd);
		if (fs.statSync(cwd, {throwIfNoEntry: false})?.isDirectory() !== true) {
			throw new Error(
				`The working folder ${JSON.stringify(cwd)} is not there on ${settings.host}.`,
			);
		}
	}

	const search = {program, cwd, searchPath: environment['PATH']};
	const found = findProgram(search);
	if (found.kind === 'missing') {
		if (scratch !== null) {
			pool.give(scratch);
		}

		throw new Error(found.message);
	}

	return {
		file: found.file,
		arguments: rest,
		environment,
		cwd,
		scratch,
		program: search,
	};
};

const writeCarried = (folder: string, name: string, text: string): void => {
	const file = path.join(folder, name);
	if (name === '' || path.isAbsolute(name) || !file.startsWith(`${folder}/`)) {
		throw new Error(
			`The file ${JSON.stringify(name)} cannot be carried along: its name must be a relative path that does not lead out.`,
		);
	}

	fs.mkdirSync(path.dirname(file), {recursive: true, mode: 0o700});
	fs.writeFileSync(file, text, {mode: 0o700});
};
