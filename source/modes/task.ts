import {Buffer} from 'node:buffer';
import {systemClock} from '../core/clock.js';
import {FarmError} from '../core/errors.js';
import {invocationId, type InvocationId, type TaskId} from '../core/ids.js';
import {restingStates} from '../core/task-state.js';
import type {ResultOf} from '../net/messages/method.js';
import type {clientToScheduler} from '../net/messages/client.js';
import type {TaskShape} from '../net/messages/shapes.js';
import {taskAttributes} from './attributes.js';
import {createBell} from './bell.js';
import type {Client} from './client.js';
import type {CommandContext, ExitStatus, Mode} from './context.js';
import {followLog, readLog, tailOffset} from './follow-log.js';
import {counted, humanDuration, humanTime, secondsSince} from './human.js';
import {parseEnvironment} from './parse-environment.js';
import {parseTaskId, parseTaskIds} from './parse-id.js';
import {printMarkedLog} from './print-marked-log.js';
import {subcommands, type Subcommand} from './subcommands.js';
import {detailLines, tableLines} from './table.js';
import {parseStates, taskSelection} from './task-selection.js';
import {paintState, taskDetails, taskTable} from './task-table.js';
import {remaining, waitStatus} from './wait-result.js';

/** `lifeblood task …` */
export const run: Mode['run'] = async (context) => {
	checkWords(context);
	return runSubcommand(context);
};

const list: Subcommand = async ({context, client}) => {
	const {flags, output} = context;
	const name = flags.text('name');
	const group = flags.text('group');
	const node = flags.text('node');
	const states = flags.text('state');
	const wanted = flags.number('limit') ?? 1000;
	const tasks: TaskShape[] = [];
	let after = flags.number('after') ?? 0;
	let hasMore = true;
	while (hasMore && tasks.length < wanted) {
		// eslint-disable-next-line no-await-in-loop -- a page begins where the one before it ended
		const page = await client.call('task.list', {
			filter: {
				...(group !== undefined && {group}),
				...(node !== undefined && {node}),
				...(name !== undefined && {name}),
				...(states !== undefined && {states: parseStates(states)}),
				dead: flags.toggle('dead') === true,
				archived: flags.toggle('archived') === true,
			},
			after,
			limit: Math.min(wanted - tasks.length, largestPage),
		});
		tasks.push(...page.tasks);
		after = page.tasks.at(-1)?.id ?? after;
		hasMore = page.more && page.tasks.length > 0;
	}

	if (flags.toggle('json') === true) {
		output.printJson(tasks);
	} else {
		output.print(taskTable(tasks, {output, now: systemClock.now()}).join('\n'));
	}

	if (hasMore) {
		output.message(
			`lifeblood: there are more; go on with --after ${after}, or show more with --limit`,
		);
	}

	return 0;
};

const show: Subcommand = async ({context, client}) => {
	const {output, flags} = context;
	const id = firstId(context);
	const [task, {invocations}] = await Promise.all([
		client.call('task.get', {id}),
		client.call('task.invocations', {id}),
	]);
	if (flags.toggle('json') === true) {
		output.printJson({...task, invocations});
	} else {
		output.print(
			taskDetails(task, invocations, {output, now: systemClock.now()}).join(
				'\n',
			),
		);
	}

	return 0;
};

const wait: Subcommand = async ({context, client}) => {
	const {output, flags} = context;
	const ids = parseTaskIds(context.arguments);
	const left = remaining(flags.number('timeout'), systemClock.monotonic);
	const result = await client.callPatiently('task.wait', () => ({
		ids,
		...left(),
	}));
	if (flags.toggle('json') === true) {
		output.printJson(result);
	}

	return waitStatus(result, output);
};

type Action = 'pause' | 'resume' | 'cancel' | 'retry' | 'kill' | 'restart';

const act =
	(action: Action, done: string): Subcommand =>
	async ({context, client}) =>
		tellChanged(
			context,
			await client.change('task.act', {action, select: taskSelection(context)}),
			done,
		);

const move: Subcommand = async ({context, client}) => {
	const to = required(context, 'to');
	const input = context.flags.text('input');
	return tellChanged(
		context,
		await client.change('task.move', {
			select: taskSelection(context),
			to,
			...(input !== undefined && {input}),
		}),
		`moved to ${to}`,
	);
};

const force: Subcommand = async ({context, client}) => {
	const written = required(context, 'state');
	const state = restingStates.find((resting) => resting === written);
	if (state === undefined) {
		throw new FarmError('INTERNAL', `--state let "${written}" through.`);
	}

	return tellChanged(
		context,
		await client.change('task.force', {
			select: taskSelection(context, 'from-state'),
			state,
		}),
		`set to ${state}`,
	);
};

const set: Subcommand = async ({context, client}) => {
	const {flags, output} = context;
	const id = firstId(context);
	const name = flags.text('name');
	const priority = flags.number('priority');
	const groups = flags.texts('group');
	const environment = parseEnvironment({
		resolver: flags.text('resolver'),
		packages: flags.texts('package'),
	});
	const attributes = await taskAttributes(flags);
	const deleted = flags.texts('delete');
	if (
		name === undefined &&
		priority === undefined &&
		environment === undefined &&
		[groups, deleted, Object.keys(attributes)].every(({length}) => length === 0)
	) {
		throw new FarmError(
			'INVALID',
			'"task set" needs something to set. See lifeblood task set --help.',
		);
	}

	const task = await client.change('task.set', {
		id,
		attributes,
		delete: [...deleted],
		...(name !== undefined && {name}),
		...(priority !== undefined && {priority}),
		...(groups.length > 0 && {groups: [...groups]}),
		...(environment !== undefined && {environment}),
	});
	if (flags.toggle('json') === true) {
		output.printJson(task);
	} else {
		output.print(`task ${task.id} changed`);
	}

	return 0;
};

const explain: Subcommand = async ({context, client}) => {
	const {output, flags} = context;
	const explanation = await client.call('task.explain', {
		id: firstId(context),
	});
	if (flags.toggle('json') === true) {
		output.printJson(explanation);
		return 0;
	}

	const {state, summary, since, workers, waits_for: waitsFor} = explanation;
	output.print(
		[
			`${paintState(output, state, state)}: ${summary}`,
			`since ${humanTime(since)} (${humanDuration(secondsSince(since, systemClock.now()))})`,
			...(waitsFor.length === 0
				? []
				: ['', 'It waits for', ...waitsFor.map((what) => `  ${what}`)]),
			...(workers.length === 0
				? []
				: [
						'',
						...detailLines(
							workers.map(({worker, unmet}) => [
								worker,
								unmet.length === 0 ? 'could run it' : unmet.join('; '),
							]),
						),
					]),
		].join('\n'),
	);
	return 0;
};

const log: Subcommand = async ({context, client}) => {
	const {output, flags} = context;
	const isFollowing = flags.toggle('follow') === true;
	const invocation = await chooseInvocation({context, client});
	if (
		flags.toggle('timestamps') === true ||
		flags.toggle('stderr') === true ||
		(output.paint('red', '') !== '' && flags.toggle('json') !== true)
	) {
		return printMarkedLog({context, client}, invocation);
	}

	if (flags.toggle('json') === true) {
		const pieces: Uint8Array[] = [];
		const {isComplete} = await readLog(
			{
				client,
				invocation,
				write(bytes) {
					pieces.push(bytes);
				},
			},
			0,
		);
		const lines = flags.number('tail');
		const text = Buffer.concat(pieces).toString('utf8');
		output.printJson({
			invocation,
			complete: isComplete,
			text: lines === undefined ? text : lastLines(text, lines),
		});
		return 0;
	}

	const reader = {client, invocation, write: output.write};
	const tail = flags.number('tail');
	const start = tail === undefined ? 0 : await tailOffset(reader, tail);
	await (isFollowing ? followLog(reader, start) : readLog(reader, start));
	return 0;
};

const history: Subcommand = async ({context, client}) => {
	const {output, flags} = context;
	const {steps} = await client.call('task.history', {
		id: firstId(context),
		limit: flags.number('limit') ?? 1000,
	});
	if (flags.toggle('json') === true) {
		output.printJson(steps);
		return 0;
	}

	output.print(
		tableLines(
			[
				{title: 'TIME'},
				{title: 'NODE', shrinksTo: 8},
				{
					title: 'STATE',
					paint: (padded, value) => paintState(output, value, padded),
				},
				{title: 'DETAIL', shrinksTo: 10},
			],
			steps.map(({at, node, state, detail}) => [
				humanTime(at),
				node,
				state,
				detail ?? '',
			]),
			output.columns(),
		).join('\n'),
	);
	return 0;
};

const runSubcommand = subcommands({
	list,
	show,
	wait,
	pause: act('pause', 'paused'),
	resume: act('resume', 'resumed'),
	cancel: act('cancel', 'cancelled'),
	retry: act('retry', 'tried again'),
	kill: act('kill', 'killed'),
	restart: act('restart', 'restarted'),
	move,
	set,
	force,
	explain,
	log,
	history,
});

const largestPage = 10_000;

/** What is wrong with the words alone is told before a scheduler is looked for. */
const checkWords = (context: CommandContext): void => {
	switch (context.command) {
		case 'task list': {
			break;
		}

		case 'task wait': {
			parseTaskIds(context.arguments);
			break;
		}

		case 'task move': {
			required(context, 'to');
			taskSelection(context);
			break;
		}

		case 'task force': {
			required(context, 'state');
			taskSelection(context, 'from-state');
			break;
		}

		case 'task show':
		case 'task set':
		case 'task explain':
		case 'task log':
		case 'task history': {
			firstId(context);
			if (
				context.command === 'task log' &&
				context.flags.toggle('json') === true &&
				context.flags.toggle('follow') === true
			) {
				throw new FarmError(
					'INVALID',
					'--follow writes a log as it grows, and --json one document: choose one.',
				);
			}

			break;
		}

		default: {
			taskSelection(context);
		}
	}
};

const firstId = (context: CommandContext): TaskId =>
	parseTaskId(context.arguments[0] ?? '');

const required = ({flags, command}: CommandContext, flag: string): string => {
	const value = flags.text(flag);
	if (value === undefined) {
		throw new FarmError(
			'INVALID',
			`"${command}" needs --${flag}. See lifeblood ${command} --help.`,
		);
	}

	return value;
};

const tellChanged = (
	{flags, output, arguments: words}: CommandContext,
	result: ResultOf<typeof clientToScheduler, 'task.act'>,
	done: string,
): ExitStatus => {
	if (flags.toggle('json') === true) {
		output.printJson(result);
	} else {
		output.print(`${counted(result.changed, 'task')} ${done}`);
		for (const {id, reason} of result.skipped) {
			output.message(`lifeblood: task ${id}: ${reason}`);
		}
	}

	// Of a selection nobody asked for each one; of ids, somebody did.
	return result.skipped.length > 0 && (words.length > 0 || result.changed === 0)
		? 1
		: 0;
};

/** The one that was asked for, else the last; while following, also the first that is yet to come. */
const chooseInvocation = async ({
	context,
	client,
}: {
	readonly context: CommandContext;
	readonly client: Client;
}): Promise<InvocationId> => {
	const id = firstId(context);
	const wanted = context.flags.number('invocation');
	const {invocations} = await client.call('task.invocations', {id});
	if (wanted !== undefined) {
		if (invocations.every((invocation) => invocation.id !== wanted)) {
			throw new FarmError(
				'NOT_FOUND',
				`Task ${id} has no invocation ${wanted}; it has ${invocations.length === 0 ? 'none' : invocations.map((invocation) => invocation.id).join(', ')}.`,
			);
		}

		return invocationId(wanted);
	}

	const last = invocations.at(-1);
	if (last !== undefined) {
		return last.id;
	}

	const first =
		context.flags.toggle('follow') === true
			? await firstInvocation(client, id)
			: undefined;
	if (first === undefined) {
		throw new FarmError(
			'NOT_FOUND',
			`Task ${id} has run no process, so there is no log; \`lifeblood task explain ${id}\` says why.`,
		);
	}

	return first;
};

/** Waits for a task's first process; undefined where the task and its like come to rest without one. */
const firstInvocation = async (
	client: Client,
	id: TaskId,
): Promise<InvocationId | undefined> => {
	let isResting = false;
	const bell = createBell();
	const rest = client
		.callPatiently('task.wait', () => ({ids: [id]}))
		.finally(() => {
			isResting = true;
			bell.ring();
		});
	// It is awaited below, but may fail before.
	rest.catch(() => undefined);
	for (;;) {
		/* eslint-disable no-await-in-loop -- each round is a connection, and in it one look comes after the other */
		const watch = await client.watchPatiently({what: 'task', id}, bell.ring);
		void watch.lost.then(bell.ring);
		bell.ring();
		for (;;) {
			await bell.rung();
			if (watch.isLost()) {
				break;
			}

			const isLastLook = isResting;
			const {invocations} = await client.callPatiently(
				'task.invocations',
				() => ({id}),
			);
			const [first] = invocations;
			if (first !== undefined || isLastLook) {
				await watch.stop();
				// Where waiting failed, that is what went wrong.
				return first?.id ?? (await rest.then(() => undefined));
			}
		}
		/* eslint-enable no-await-in-loop */
	}
};

const lastLines = (text: string, count: number): string => {
	const lines = text.split(/(?<=\n)/v);
	return count === 0 ? '' : lines.slice(-count).join('');
};
