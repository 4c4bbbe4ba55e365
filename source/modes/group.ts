import {createInterface} from 'node:readline/promises';
import process from 'node:process';
import {systemClock} from '../core/clock.js';
import {FarmError} from '../core/errors.js';
import type {GroupShape} from '../net/messages/shapes.js';
import type {CommandContext, Mode} from './context.js';
import {counted, humanAge, humanTime, secondsSince} from './human.js';
import type {Output} from './output.js';
import {subcommands, type Subcommand} from './subcommands.js';
import {detailLines, tableLines} from './table.js';
import {remaining, waitStatus} from './wait-result.js';

/** `lifeblood group …` */
export const run: Mode['run'] = async (context) => {
	if (context.command === 'group priority') {
		priorityOf(context);
	}

	if (context.command === 'group delete' && !(await isConfirmed(context))) {
		context.output.message('lifeblood: nothing was deleted');
		return 1;
	}

	return runSubcommand(context);
};

const list: Subcommand = async ({context: {flags, output}, client}) => {
	const name = flags.text('name');
	const wanted = flags.number('limit') ?? 1000;
	const groups: GroupShape[] = [];
	let before = 0;
	let hasMore = true;
	while (hasMore && groups.length < wanted) {
		// eslint-disable-next-line no-await-in-loop -- a page begins where the one before it ended
		const page = await client.call('group.list', {
			archived: flags.toggle('archived') === true,
			...(name !== undefined && {name}),
			limit: Math.min(wanted - groups.length, 10_000),
			before,
		});
		groups.push(...page.groups);
		before = page.groups.at(-1)?.id ?? before;
		hasMore = page.more && page.groups.length > 0;
	}

	if (flags.toggle('json') === true) {
		output.printJson(groups);
	} else {
		output.print(groupTable(groups, output).join('\n'));
	}

	if (hasMore) {
		output.message('lifeblood: there are more; show more with --limit');
	}

	return 0;
};

const show: Subcommand = async ({context, client}) => {
	const {flags, output} = context;
	const group = await client.call('group.get', {
		name: context.arguments[0] ?? '',
	});
	if (flags.toggle('json') === true) {
		output.printJson(group);
		return 0;
	}

	output.print(
		detailLines([
			['name', group.name],
			['priority', String(group.priority)],
			['archived', group.archived ? 'yes' : undefined],
			['progress', `${Math.floor(group.progress)}%`],
			...Object.entries(group.counts).map(
				([state, count]): [string, string] => [
					state === 'total' ? 'tasks' : `  ${state}`,
					String(count),
				],
			),
			['creator', group.creator === '' ? undefined : group.creator],
			['created', humanTime(group.created_at)],
		]).join('\n'),
	);
	return 0;
};

const wait: Subcommand = async ({context, client}) => {
	const {flags, output} = context;
	const left = remaining(flags.number('timeout'), systemClock.monotonic);
	const result = await client.callPatiently('group.wait', () => ({
		names: [...context.arguments],
		...left(),
	}));
	if (flags.toggle('json') === true) {
		output.printJson(result);
	}

	return waitStatus(result, output);
};

type Action = 'pause' | 'resume' | 'archive' | 'unarchive' | 'delete' | 'retry';

const act =
	(action: Action, done: string): Subcommand =>
	async ({context, client}) => {
		const {flags, output} = context;
		const result = await client.change('group.act', {
			action,
			names: [...context.arguments],
		});
		if (flags.toggle('json') === true) {
			output.printJson(result);
		} else {
			output.print(
				`${counted(result.changed, 'group')} with ${counted(result.tasks, 'task')} ${done}`,
			);
		}

		return 0;
	};

const priority: Subcommand = async ({context, client}) => {
	const {flags, output} = context;
	const result = await client.change('group.set_priority', {
		names: context.arguments.slice(1),
		priority: priorityOf(context),
	});
	if (flags.toggle('json') === true) {
		output.printJson(result);
	} else {
		output.print(`${counted(result.changed, 'group')} changed`);
	}

	return 0;
};

const runSubcommand = subcommands({
	list,
	show,
	wait,
	priority,
	pause: act('pause', 'paused'),
	resume: act('resume', 'resumed'),
	retry: act('retry', 'tried again'),
	archive: act('archive', 'archived'),
	unarchive: act('unarchive', 'brought back'),
	delete: act('delete', 'deleted'),
});

const priorityOf = (context: CommandContext): number => {
	const text = context.arguments[0] ?? '';
	const value = text.trim() === '' ? NaN : Number(text);
	if (!Number.isFinite(value) || Math.abs(value) > 1_000_000) {
		throw new FarmError(
			'INVALID',
			`"${text}" is no priority: write a number first, then the groups, as in \`lifeblood group priority 80 shot010\`.`,
		);
	}

	return value;
};

/** Deleting is for good, so somebody has to want it. */
const isConfirmed = async ({
	flags,
	output,
	arguments: names,
}: CommandContext): Promise<boolean> => {
	if (flags.toggle('yes') === true) {
		return true;
	}

	if (!output.isInteractive) {
		throw new FarmError(
			'INVALID',
			'"group delete" deletes for good: give --yes, since there is no terminal on which to ask.',
		);
	}

	const terminal = createInterface({
		input: process.stdin,
		output: process.stderr,
	});
	try {
		const answer = await terminal.question(
			`Delete ${names.join(', ')} with all tasks, invocations and logs for good? Type yes: `,
		);
		return answer.trim().toLowerCase() === 'yes';
	} finally {
		terminal.close();
	}
};

const groupTable = (
	groups: readonly GroupShape[],
	output: Output,
): string[] => {
	const now = systemClock.now();
	return tableLines(
		[
			{title: 'GROUP', shrinksTo: 8},
			{title: 'PRIO', align: 'right'},
			{title: 'DONE', align: 'right'},
			{title: 'TASKS', align: 'right'},
			{title: 'WAIT', align: 'right'},
			{title: 'RUN', align: 'right', paint: paintCount(output, 'cyan')},
			{title: 'ERROR', align: 'right', paint: paintCount(output, 'red')},
			{title: 'AGE', align: 'right'},
			{title: 'BY', shrinksTo: 4},
			{title: ''},
		],
		groups.map((group) => [
			group.name,
			String(group.priority),
			`${Math.floor(group.progress)}%`,
			String(group.counts.total),
			String(group.counts.waiting),
			String(group.counts.running),
			String(group.counts.error),
			humanAge(secondsSince(group.created_at, now)),
			group.creator,
			group.archived ? 'archived' : '',
		]),
		output.columns(),
	);
};

const paintCount =
	(output: Output, style: 'cyan' | 'red') =>
	(padded: string, value: string): string =>
		value === '0' ? padded : output.paint(style, padded);
