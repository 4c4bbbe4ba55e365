import {FarmError} from '../core/errors.js';
import type {CommandContext, Mode} from './context.js';
import {subcommands, type Subcommand} from './subcommands.js';
import {tableLines} from './table.js';

/** `lifeblood limit …` */
export const run: Mode['run'] = async (context) => {
	if (context.command === 'limit set') {
		totalOf(context);
	}

	return runSubcommand(context);
};

const list: Subcommand = async ({context: {flags, output}, client}) => {
	const {limits} = await client.call('limit.list', {});
	if (flags.toggle('json') === true) {
		output.printJson(limits);
	} else {
		output.print(
			tableLines(
				[
					{title: 'LIMIT', shrinksTo: 10},
					{title: 'IN USE', align: 'right'},
					{title: 'TOTAL', align: 'right'},
				],
				limits.map(({name, total, in_use: inUse}) => [
					name,
					String(inUse),
					String(total),
				]),
				output.columns(),
			).join('\n'),
		);
	}

	return 0;
};

const set: Subcommand = async ({context, client}) => {
	const {flags, output} = context;
	const limit = await client.change('limit.set', {
		name: context.arguments[0] ?? '',
		total: totalOf(context),
	});
	if (flags.toggle('json') === true) {
		output.printJson(limit);
	} else {
		output.print(`${limit.name}: ${limit.in_use} of ${limit.total} in use`);
	}

	return 0;
};

const remove: Subcommand = async ({context, client}) => {
	const {flags, output} = context;
	const [name = ''] = context.arguments;
	await client.change('limit.delete', {name});
	if (flags.toggle('json') === true) {
		output.printJson({deleted: name});
	} else {
		output.print(`${name} deleted`);
	}

	return 0;
};

const runSubcommand = subcommands({list, set, delete: remove});

const totalOf = (context: CommandContext): number => {
	const text = context.arguments[1] ?? '';
	const total = /^\d+$/v.test(text) ? Number(text) : NaN;
	if (!Number.isSafeInteger(total)) {
		throw new FarmError(
			'INVALID',
			`"${text}" is no total: a whole number from 0 on is expected.`,
		);
	}

	return total;
};
