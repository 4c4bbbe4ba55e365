import {FarmError} from '../core/errors.js';
import {didYouMean} from '../core/nearest.js';
import type {Client} from './client.js';
import type {Subcommand} from './subcommands.js';
import {tableLines} from './table.js';

/** `lifeblood node presets [TYPE]` */
export const listPresets: Subcommand = async ({context, client}) => {
	const {flags, output} = context;
	const [type] = context.arguments;
	const {presets} = await client.call(
		'preset.list',
		type === undefined ? {} : {type},
	);
	if (flags.toggle('json') === true) {
		output.printJson(presets);
	} else if (presets.length === 0) {
		output.message(
			'lifeblood: there are no presets; `lifeblood node save-preset NODE NAME` makes one',
		);
	} else {
		output.print(
			tableLines(
				[
					{title: 'TYPE'},
					{title: 'PRESET', shrinksTo: 8},
					{title: 'SETS', shrinksTo: 12},
					{title: ''},
				],
				presets.map((preset) => [
					preset.type,
					preset.name,
					Object.keys(preset.parameters).join(', '),
					preset.initial ? 'new nodes start with it' : '',
				]),
				output.columns(),
			).join('\n'),
		);
	}

	return 0;
};

/** `lifeblood node apply-preset NODE NAME` */
export const applyPreset: Subcommand = async ({context, client}) => {
	const {flags, output} = context;
	const [node = '', name = ''] = context.arguments;
	const {type} = await client.call('node.get', {name: node});
	const {parameters} = await presetOf(client, type, name);
	const changed = await client.change('node.set', {name: node, parameters});
	if (flags.toggle('json') === true) {
		output.printJson(changed);
	} else {
		output.print(`node ${node} (${type}) has what ${name} sets`);
	}

	return 0;
};

/** `lifeblood node save-preset NODE NAME` */
export const savePreset: Subcommand = async ({context, client}) => {
	const {flags, output} = context;
	const [node = '', name = ''] = context.arguments;
	const {nodes} = await client.call('graph.export', {nodes: [node]});
	const {type = '', parameters = {}} = nodes[node] ?? {};
	const saved = await client.change('preset.save', {
		type,
		name,
		parameters,
		replace: flags.toggle('replace') === true,
	});
	if (flags.toggle('json') === true) {
		output.printJson(saved);
	} else {
		output.print(`preset ${name} for ${type} saved`);
	}

	return 0;
};

/** `lifeblood node delete-preset TYPE NAME` */
export const deletePreset: Subcommand = async ({context, client}) => {
	const {flags, output} = context;
	const [type = '', name = ''] = context.arguments;
	await client.change('preset.delete', {type, name});
	if (flags.toggle('json') === true) {
		output.printJson({removed: {type, name}});
	} else {
		output.print(`preset ${name} for ${type} deleted`);
	}

	return 0;
};

const presetOf = async (client: Client, type: string, name: string) => {
	const {presets} = await client.call('preset.list', {type});
	const found = presets.find((preset) => preset.name === name);
	if (found === undefined) {
		throw new FarmError(
			'NOT_FOUND',
			`There is no preset "${name}" for ${type}${didYouMean(
				name,
				presets.map((preset) => preset.name),
			)}`,
		);
	}

	return found;
};
