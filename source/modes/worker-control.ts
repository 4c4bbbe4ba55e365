import {systemClock} from '../core/clock.js';
import {FarmError} from '../core/errors.js';
import type {WorkerShape, WorkerState} from '../net/messages/shapes.js';
import type {CommandContext, Mode} from './context.js';
import {
	counted,
	humanBytes,
	humanDuration,
	humanTime,
	secondsSince,
} from './human.js';
import type {Output, Style} from './output.js';
import {subcommands, type Subcommand} from './subcommands.js';
import {detailLines, tableLines} from './table.js';

/** `lifeblood worker list|show|…` */
export const run: Mode['run'] = async (context) => {
	if (context.command === 'worker groups') {
		groupsOf(context);
	}

	return runSubcommand(context);
};

const list: Subcommand = async ({context: {flags, output}, client}) => {
	const {workers} = await client.call('worker.list', {});
	if (flags.toggle('json') === true) {
		output.printJson(workers);
	} else {
		output.print(workerTable(workers, output).join('\n'));
	}

	return 0;
};

const show: Subcommand = async ({context, client}) => {
	const {flags, output} = context;
	const worker = await client.call('worker.get', {
		worker: context.arguments[0] ?? '',
	});
	if (flags.toggle('json') === true) {
		output.printJson(worker);
	} else {
		output.print(workerDetails(worker).join('\n'));
	}

	return 0;
};

const act =
	(action: 'drain' | 'resume' | 'stop' | 'forget', done: string): Subcommand =>
	async ({context, client}) => {
		const {flags, output} = context;
		const result = await client.change('worker.act', {
			action,
			workers: [...context.arguments],
		});
		if (flags.toggle('json') === true) {
			output.printJson(result);
		} else {
			output.print(`${counted(result.changed, 'worker')} ${done}`);
		}

		return 0;
	};

const groups: Subcommand = async ({context, client}) => {
	const {flags, output} = context;
	const worker = await client.change('worker.set_groups', {
		worker: context.arguments[0] ?? '',
		// On the wire, null says that nobody sets them.
		groups: groupsOf(context) ?? null,
	});
	if (flags.toggle('json') === true) {
		output.printJson(worker);
	} else {
		output.print(
			`${worker.name} is in ${worker.groups.length === 0 ? 'no group' : worker.groups.join(', ')}`,
		);
	}

	return 0;
};

const runSubcommand = subcommands({
	list,
	show,
	groups,
	drain: act('drain', 'told to take no new work'),
	resume: act('resume', 'may take work again'),
	stop: act('stop', 'told to stop'),
	forget: act('forget', 'forgotten'),
});

/** Undefined: those that the worker itself says. */
const groupsOf = ({
	flags,
	arguments: words,
}: CommandContext): string[] | undefined => {
	const named = words.slice(1);
	const ways = [
		named.length > 0,
		flags.toggle('none') === true,
		flags.toggle('own') === true,
	].filter(Boolean).length;
	if (ways !== 1) {
		throw new FarmError(
			'INVALID',
			'"worker groups" needs names of groups, or --none, or --own; one of them.',
		);
	}

	return flags.toggle('own') === true ? undefined : named;
};

const stateStyles: Readonly<Record<WorkerState, Style>> = {
	off: 'dim',
	idle: 'green',
	busy: 'cyan',
	draining: 'yellow',
	error: 'red',
	unreachable: 'red',
};

const workerTable = (
	workers: readonly WorkerShape[],
	output: Output,
): string[] =>
	tableLines(
		[
			{title: 'ID', align: 'right'},
			{title: 'NAME', shrinksTo: 6},
			{title: 'HOST', shrinksTo: 6},
			{
				title: 'STATE',
				paint: (padded, value) =>
					output.paint(
						(stateStyles as Readonly<Partial<Record<string, Style>>>)[value] ??
							'dim',
						padded,
					),
			},
			{title: 'RUNS', align: 'right'},
			{title: 'CPUS FREE', align: 'right'},
			{title: 'MEMORY FREE', align: 'right'},
			{title: 'GPUS', align: 'right'},
			{title: 'GROUPS', shrinksTo: 6},
		],
		workers.map((worker) => [
			String(worker.id),
			worker.name,
			worker.host,
			worker.state,
			String(worker.running.length),
			ratio(worker.resources.cpus),
			`${gibibytes(worker.resources.memory_bytes.free)}/${gibibytes(worker.resources.memory_bytes.total)}G`,
			ratio(worker.resources.gpus),
			worker.groups.join(', '),
		]),
		output.columns(),
	);

type Amount = {readonly free: number; readonly total: number};

const rounded = (value: number): number => Number(value.toFixed(2));
const ratio = ({free, total}: Amount): string =>
	`${rounded(free)}/${rounded(total)}`;
const gibibytes = (bytes: number): number =>
	Number((bytes / 1024 ** 3).toFixed(1));

const workerDetails = (worker: WorkerShape): string[] => {
	const {resources} = worker;
	const bytes = ({free, total}: Amount): string =>
		`${humanBytes(free)} free of ${humanBytes(total)}`;
	return detailLines([
		['id', String(worker.id)],
		['name', worker.name],
		['state', worker.state],
		['because', worker.message ?? undefined],
		['host', `${worker.host} (${worker.address})`],
		['type', worker.type],
		['groups', worker.groups.join(', ')],
		[
			'cpus',
			`${rounded(resources.cpus.free)} free of ${rounded(resources.cpus.total)}`,
		],
		['memory', bytes(resources.memory_bytes)],
		[
			'gpus',
			`${rounded(resources.gpus.free)} free of ${rounded(resources.gpus.total)}`,
		],
		['gpu memory', bytes(resources.gpu_memory_bytes)],
		[
			'can',
			Object.entries(worker.capabilities)
				.map(([name, versions]) => `${name} ${[versions].flat().join(', ')}`)
				.join('; '),
		],
		['runs', worker.running.join(', ')],
		[
			'last seen',
			`${humanTime(worker.last_seen)} (${humanDuration(secondsSince(worker.last_seen, systemClock.now()))} ago)`,
		],
		['version', worker.version],
	]);
};
