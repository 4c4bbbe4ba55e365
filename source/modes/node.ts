import {FarmError} from '../core/errors.js';
import type {Json} from '../core/json.js';
import {didYouMean} from '../core/nearest.js';
import {parseWire, printWire} from '../graph/graph-document.js';
import type {ResultOf} from '../net/messages/method.js';
import type {clientToScheduler} from '../net/messages/client.js';
import type {NodeShape} from '../net/messages/shapes.js';
import type {Client} from './client.js';
import type {CommandContext, Mode} from './context.js';
import {counted} from './human.js';
import {countsText} from './node-counts.js';
import {
	applyPreset,
	deletePreset,
	listPresets,
	savePreset,
} from './node-presets.js';
import type {Output} from './output.js';
import {parseAssignment} from './parse-assignment.js';
import {parseParameters, type ParameterTypes} from './parse-parameter.js';
import {subcommands, type Subcommand} from './subcommands.js';
import {detailLines, tableLines} from './table.js';

/** `lifeblood node …` */
export const run: Mode['run'] = async (context) => {
	checkWords(context);
	return runSubcommand(context);
};

type NodeType = ResultOf<
	typeof clientToScheduler,
	'node.types'
>['types'][number];

const list: Subcommand = async ({context: {flags, output}, client}) => {
	const {nodes} = await client.call('node.list', {});
	if (flags.toggle('json') === true) {
		output.printJson(nodes);
	} else {
		output.print(nodeTable(nodes, output).join('\n'));
	}

	return 0;
};

const show: Subcommand = async ({context, client}) => {
	const {flags, output} = context;
	const name = context.arguments[0] ?? '';
	const node = await client.call('node.get', {name});
	if (flags.toggle('json') === true) {
		output.printJson(node);
		return 0;
	}

	const {connections} = await client.call('node.list', {});
	const wires = connections
		.filter(({from, to}) => from === name || to === name)
		.map((wire) => printWire(wire));
	const {stringify} = await import('./yaml.js');
	output.print(
		[
			...detailLines([
				['name', node.name],
				['type', node.type],
				['paused', node.enabled ? undefined : 'yes'],
				['inputs', node.inputs.join(', ')],
				['outputs', node.outputs.join(', ')],
				['tasks', countsText(node.counts, output)],
				['position', `${node.x}, ${node.y}`],
			]),
			...(wires.length === 0
				? []
				: ['', 'connections', ...wires.map((wire) => `  ${wire}`)]),
			...(Object.keys(node.parameters).length === 0
				? []
				: [
						'',
						'parameters',
						indented(stringify(node.parameters, {lineWidth: 0})),
					]),
		].join('\n'),
	);
	return 0;
};

const types: Subcommand = async ({context, client}) => {
	const {flags, output} = context;
	const [wanted] = context.arguments;
	const {types: all, broken} = await client.call('node.types', {});
	for (const {file, message} of broken) {
		output.message(`lifeblood: the plugin ${file} is not loaded: ${message}`);
	}

	if (wanted === undefined) {
		if (flags.toggle('json') === true) {
			output.printJson(all);
		} else {
			output.print(
				tableLines(
					[
						{title: 'TYPE'},
						{title: 'OUTPUTS', shrinksTo: 10},
						{title: 'WHAT IT DOES', shrinksTo: 20},
					],
					all.map(({type, outputs, description}) => [
						type,
						outputs.join(', '),
						description,
					]),
					output.columns(),
				).join('\n'),
			);
		}

		return 0;
	}

	const found = all.find(({type}) => type === wanted);
	if (found === undefined) {
		throw new FarmError(
			'NOT_FOUND',
			`There is no node type "${wanted}"${didYouMean(
				wanted,
				all.map(({type}) => type),
			)}`,
		);
	}

	if (flags.toggle('json') === true) {
		output.printJson(found);
	} else {
		output.print(typeDetails(found).join('\n'));
	}

	return 0;
};

const create: Subcommand = async ({context, client}) => {
	const [name = '', type = '', ...parameters] = context.arguments;
	const node = await client.change('node.create', {
		name,
		type,
		parameters: parseParameters(parameters, await typesOf(client, type)),
	});
	tellNode(context, node, 'added');
	return 0;
};

const set: Subcommand = async ({context, client}) => {
	const [name = '', ...parameters] = context.arguments;
	const {type} = await client.call('node.get', {name});
	const node = await client.change('node.set', {
		name,
		parameters: parseParameters(parameters, await typesOf(client, type)),
	});
	tellNode(context, node, 'changed');
	return 0;
};

const rename: Subcommand = async ({context, client}) => {
	const [name = '', to = ''] = context.arguments;
	tellNode(
		context,
		await client.change('node.rename', {name, to}),
		`was ${name}`,
	);
	return 0;
};

const remove: Subcommand = async ({context, client}) => {
	const result = await client.change('node.delete', {
		names: [...context.arguments],
	});
	tellCount(context, {result, count: result.deleted, done: 'deleted'});
	return 0;
};

const act =
	(
		action: 'pause' | 'resume' | 'retry_errors',
		noun: string,
		done: string,
	): Subcommand =>
	async ({context, client}) => {
		const result = await client.change('node.act', {
			action,
			names: [...context.arguments],
		});
		tellCount(context, {result, count: result.changed, noun, done});
		return 0;
	};

const connect: Subcommand = async ({context, client}) => {
	const {flags, output} = context;
	const wire = await client.change('connection.add', {
		connection: context.arguments[0] ?? '',
	});
	if (flags.toggle('json') === true) {
		output.printJson(wire);
	} else {
		output.print(`+ connection ${printWire(wire)}`);
	}

	return 0;
};

const disconnect: Subcommand = async ({context, client}) => {
	const {flags, output} = context;
	const [connection = ''] = context.arguments;
	await client.change('connection.remove', {connection});
	if (flags.toggle('json') === true) {
		output.printJson({removed: connection});
	} else {
		output.print(`- connection ${connection}`);
	}

	return 0;
};

const runSubcommand = subcommands({
	list,
	show,
	types,
	create,
	set,
	rename,
	delete: remove,
	connect,
	disconnect,
	'retry-errors': act('retry_errors', 'task', 'tried again'),
	pause: act('pause', 'node', 'paused'),
	resume: act('resume', 'node', 'resumed'),
	presets: listPresets,
	'apply-preset': applyPreset,
	'save-preset': savePreset,
	'delete-preset': deletePreset,
});

/** What is wrong with the words alone is told before a scheduler is looked for. */
const checkWords = ({command, arguments: words}: CommandContext): void => {
	if (command === 'node rename' && (words[1] ?? '').trim() === '') {
		throw new FarmError(
			'INVALID',
			'A node needs a name: write the new one after the old, as in "lifeblood node rename render beauty".',
		);
	}

	if (command === 'node connect' || command === 'node disconnect') {
		const parsed = parseWire(words[0] ?? '');
		if (parsed.kind === 'fault') {
			throw new FarmError('INVALID', parsed.message);
		}
	}

	const first = {'node set': 1, 'node create': 2}[command];
	for (const text of first === undefined ? [] : words.slice(first)) {
		parseAssignment(text, 'The parameter');
	}
};

const typesOf = async (
	client: Client,
	type: string,
): Promise<ParameterTypes> => {
	const {types: found} = await client.call('node.types', {});
	const parameters = found.find((known) => known.type === type)?.parameters;
	return (name) =>
		parameters !== undefined && Object.hasOwn(parameters, name)
			? textOf(parameters[name]?.['type'])
			: undefined;
};

const tellNode = (
	{flags, output}: CommandContext,
	node: NodeShape,
	done: string,
): void => {
	if (flags.toggle('json') === true) {
		output.printJson(node);
	} else {
		output.print(`node ${node.name} (${node.type}) ${done}`);
	}
};

const tellCount = (
	{flags, output}: CommandContext,
	{
		result,
		count,
		noun = 'node',
		done,
	}: {
		readonly result: unknown;
		readonly count: number;
		readonly noun?: string;
		readonly done: string;
	},
): void => {
	if (flags.toggle('json') === true) {
		output.printJson(result);
	} else {
		output.print(`${counted(count, noun)} ${done}`);
	}
};

const nodeTable = (nodes: readonly NodeShape[], output: Output): string[] => {
	const sum = (node: NodeShape, ...states: readonly string[]): string =>
		String(
			states.reduce((total, state) => total + (node.counts[state] ?? 0), 0),
		);
	return tableLines(
		[
			{title: 'NODE', shrinksTo: 8},
			{title: 'TYPE', shrinksTo: 8},
			{title: 'WAITING', align: 'right'},
			{title: 'READY', align: 'right'},
			{title: 'RUNNING', align: 'right'},
			{title: 'DONE', align: 'right'},
			{
				title: 'ERROR',
				align: 'right',
				paint: (padded, value) =>
					value === '0' ? padded : output.paint('red', padded),
			},
			{title: ''},
		],
		nodes.map((node) => [
			node.name,
			node.type,
			sum(
				node,
				'waiting',
				'generating',
				'waiting_blocked',
				'post_waiting',
				'post_generating',
				'post_waiting_blocked',
				'spawned',
				'splitted',
			),
			sum(node, 'ready'),
			sum(node, 'invoking', 'in_progress'),
			sum(node, 'done'),
			sum(node, 'error'),
			node.enabled ? '' : 'paused',
		]),
		output.columns(),
	);
};

const typeDetails = (nodeType: NodeType): string[] => [
	...detailLines([
		['type', nodeType.type],
		['label', nodeType.label],
		['tags', nodeType.tags.join(', ')],
		['inputs', nodeType.inputs.join(', ')],
		['outputs', nodeType.outputs.join(', ')],
		['plugin', nodeType.plugin ?? undefined],
	]),
	'',
	nodeType.description,
	...(Object.keys(nodeType.parameters).length === 0
		? []
		: ['', ...parameterTable(nodeType.parameters)]),
];

const parameterTable = (parameters: NodeType['parameters']): string[] =>
	tableLines(
		[{title: 'PARAMETER'}, {title: 'TYPE'}, {title: 'DEFAULT'}, {title: ''}],
		Object.entries(parameters).flatMap(([name, schema]) => [
			[
				name,
				textOf(schema['type']),
				shortJson(schema['default']),
				allowed(schema),
			],
			...Object.entries(asObject(schema['row'])).map(([cell, value]) => {
				const cellSchema = asObject(value);
				return [
					`  ${cell}`,
					textOf(cellSchema['type']),
					shortJson(cellSchema['default']),
					allowed(cellSchema),
				];
			}),
		]),
		undefined,
	);

const allowed = (schema: Readonly<Record<string, Json>>): string => {
	const {options, min, max} = schema;
	return [
		Array.isArray(options) ? options.join(' | ') : '',
		min === undefined ? '' : `from ${shortJson(min)}`,
		max === undefined ? '' : `to ${shortJson(max)}`,
	]
		.filter((part) => part !== '')
		.join(' ');
};

const asObject = (value: Json | undefined): Readonly<Record<string, Json>> =>
	typeof value === 'object' && value !== null && !Array.isArray(value)
		? (value as Readonly<Record<string, Json>>)
		: {};

const shortJson = (value: Json | undefined): string => {
	const text = JSON.stringify(value) ?? '';
	return text.length > 40 ? `${text.slice(0, 39)}…` : text;
};

const textOf = (value: Json | undefined): string =>
	typeof value === 'string' ? value : '';

const indented = (text: string): string =>
	text
		.trimEnd()
		.split('\n')
		.map((line) => `  ${line}`)
		.join('\n');
