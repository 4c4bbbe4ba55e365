import {FarmError} from '../core/errors.js';
import {type Fault, faultError, faultLine} from '../config/fault.js';
import type {ResultOf} from '../net/messages/method.js';
import type {clientToScheduler} from '../net/messages/client.js';
import {openClient} from './client.js';
import type {CommandContext, ExitStatus, Mode} from './context.js';
import {drawGraph} from './draw-graph.js';
import {parseGraphFile, printGraphFile, type GraphFile} from './graph-file.js';
import {countsText} from './node-counts.js';
import type {Output} from './output.js';
import {readInput} from './read-input.js';

/** `lifeblood graph …` */
export const run: Mode['run'] = async (context) => {
	switch (context.command) {
		case 'graph apply': {
			return apply(context);
		}

		case 'graph diff': {
			return diff(context);
		}

		case 'graph check': {
			return check(context);
		}

		case 'graph export': {
			return exportGraph(context);
		}

		case 'graph show': {
			return show(context);
		}

		default: {
			throw new FarmError(
				'INTERNAL',
				`The command table knows "${context.command}", but nothing does it.`,
			);
		}
	}
};

const apply = async (context: CommandContext): Promise<ExitStatus> => {
	const {flags, output} = context;
	const file = await readable(context);
	const isDry = flags.toggle('dry-run') === true;
	await using client = await openClient(context);
	const request = {
		document: file.document,
		prune: flags.toggle('prune') === true,
	};
	// Looking is permitted with the view-only key, too.
	const planned = isDry
		? await client.call('graph.check', request)
		: await client.change('graph.apply', request);
	if (planned.faults.length > 0) {
		tellFaults({context, file, planned, to: complain(output)});
		return 2;
	}

	if (flags.toggle('json') === true) {
		output.printJson({changes: planned.changes, faults: []});
	} else {
		tellChanges(planned.changes, output);
		output.message(
			`lifeblood: ${summary(planned.changes, isDry ? 'would be ' : '')}`,
		);
	}

	return 0;
};

const diff = async (context: CommandContext): Promise<ExitStatus> => {
	const {flags, output} = context;
	const file = await readable(context);
	await using client = await openClient(context);
	const planned = await client.call('graph.check', {
		document: file.document,
		prune: flags.toggle('prune') === true,
	});
	if (planned.faults.length > 0) {
		tellFaults({context, file, planned, to: complain(output)});
		return 2;
	}

	if (flags.toggle('json') === true) {
		output.printJson(planned.changes);
	} else {
		tellChanges(planned.changes, output);
	}

	return planned.changes.length === 0 ? 0 : 1;
};

const check = async (context: CommandContext): Promise<ExitStatus> => {
	const {flags, output} = context;
	const file = await readGraphFile(context);
	if (file.kind === 'faulty') {
		const faults = await allFaults(context, file);
		if (flags.toggle('json') === true) {
			output.printJson(faults.map((fault) => faultJson(fault, [])));
		} else {
			output.print(faults.map((fault) => faultLine(fault)).join('\n'));
		}

		return 1;
	}

	await using client = await openClient(context);
	const planned = await client.call('graph.check', {document: file.document});
	if (planned.faults.length > 0) {
		tellFaults({context, file, planned, to: output.print});
		return 1;
	}

	if (flags.toggle('json') === true) {
		output.printJson([]);
	} else {
		output.message('lifeblood: no faults');
	}

	return 0;
};

const exportGraph = async (context: CommandContext): Promise<ExitStatus> => {
	const {flags, output} = context;
	const names = flags.texts('node');
	await using client = await openClient(context);
	const document = await client.call(
		'graph.export',
		names.length === 0 ? {} : {nodes: [...names]},
	);
	if (flags.toggle('json') === true) {
		output.printJson(document);
	} else {
		output.print(printGraphFile(document).trimEnd());
	}

	return 0;
};

const show = async (context: CommandContext): Promise<ExitStatus> => {
	const {flags, output} = context;
	await using client = await openClient(context);
	const graph = await client.call('node.list', {});
	if (flags.toggle('json') === true) {
		output.printJson(graph);
	} else if (graph.nodes.length === 0) {
		output.message(
			'lifeblood: the graph is empty; `lifeblood graph apply FILE` fills it',
		);
	} else {
		output.print(
			drawGraph({
				...graph,
				describe: (node) =>
					[
						output.paint('dim', node.type),
						node.enabled ? '' : output.paint('yellow', 'paused'),
						countsText(node.counts, output),
					]
						.filter((part) => part !== '')
						.join('  '),
			}).join('\n'),
		);
	}

	return 0;
};

type Planned = ResultOf<typeof clientToScheduler, 'graph.check'>;
type ReadFile = GraphFile & {readonly kind: 'read'};

const fileName = ({arguments: words}: CommandContext): string => {
	const [file = '-'] = words;
	return file === '-' ? 'standard input' : file;
};

const readGraphFile = async (context: CommandContext): Promise<GraphFile> =>
	parseGraphFile(
		await readInput(context.arguments[0] ?? '-', 'The graph file'),
		fileName(context),
	);

const readable = async (context: CommandContext): Promise<ReadFile> => {
	const file = await readGraphFile(context);
	if (file.kind === 'faulty') {
		throw faultError(await allFaults(context, file));
	}

	return file;
};

/** Those of the file's form, and those that the scheduler finds in what else it says. */
const allFaults = async (
	context: CommandContext,
	{faults, rest}: GraphFile & {readonly kind: 'faulty'},
): Promise<readonly Fault[]> => {
	if (rest === undefined) {
		return faults;
	}

	try {
		await using client = await openClient(context);
		const planned = await client.call('graph.check', {document: rest.document});
		return [
			...faults,
			...planned.faults.map(({path, message}) => ({
				where: fileName(context),
				line: rest.lineOf(path),
				message,
			})),
		].toSorted((left, right) => (left.line ?? 0) - (right.line ?? 0));
	} catch (error) {
		if (!(error instanceof FarmError)) {
			throw error;
		}

		// The form is at fault whether or not there is a scheduler to ask about the rest.
		context.output.message(
			`lifeblood: only the form of the file was checked: ${error.message}`,
		);
		return faults;
	}
};

const faultJson = (
	{where, line, message}: Fault,
	path: ReadonlyArray<string | number>,
) => ({file: where, line, path, message});

const tellFaults = ({
	context,
	file,
	planned,
	to,
}: {
	readonly context: CommandContext;
	readonly file: ReadFile;
	readonly planned: Planned;
	readonly to: (text: string) => void;
}): void => {
	const faults = planned.faults
		.map(({path, message}) => ({
			path,
			fault: {where: fileName(context), line: file.lineOf(path), message},
		}))
		.toSorted((left, right) => left.fault.line - right.fault.line);
	if (context.flags.toggle('json') === true) {
		const told = faults.map(({fault, path}) => faultJson(fault, path));
		context.output.printJson(
			context.command === 'graph check' ? told : {changes: [], faults: told},
		);
	} else {
		for (const {fault} of faults) {
			to(faultLine(fault));
		}
	}
};

/** Says it as other faults of a command line and its files are said. */
const complain =
	(output: Output) =>
	(text: string): void => {
		output.message(`lifeblood: ${text}`);
	};

const signs = {
	add: ['+', 'green'],
	change: ['~', 'yellow'],
	remove: ['-', 'red'],
} as const;

const tellChanges = (changes: Planned['changes'], output: Output): void => {
	for (const {kind, what, name, details} of changes) {
		const [sign, style] = signs[kind];
		output.print(
			[
				output.paint(style, `${sign} ${what} ${name}`),
				...details.map((detail) => `    ${detail}`),
			].join('\n'),
		);
	}
};

const summary = (changes: Planned['changes'], mood: string): string => {
	if (changes.length === 0) {
		return 'nothing to change';
	}

	const count = (kind: 'add' | 'change' | 'remove'): number =>
		changes.filter((change) => change.kind === kind).length;
	return `${count('add')} ${mood}added, ${count('change')} ${mood}changed, ${count('remove')} ${mood}removed`;
};
