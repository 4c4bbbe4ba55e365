import type {Client} from '../farm/client.js';
import type {Random} from '../random.js';
import {limitName, looseWires, tortureGraph, type Part} from '../load/graph.js';
import {groupsPerPart, type Submission} from '../load/submission.js';

export type EditSetting = {
	readonly client: Client;
	readonly random: Random;
	/** All that were submitted and answered. */
	readonly submitted: readonly Submission[];
	readonly idOf: (submission: Submission) => number | undefined;
	readonly workers: readonly string[];
	readonly program: string;
	/** Groups that were deleted, with all in them. */
	readonly deleted: Set<string>;
	/** So often a task's process was asked to begin again: it may have ended well just before. */
	readonly restarted: Map<number, number>;
	readonly note: (text: string) => void;
};

/** Decided at once, from the random numbers alone; done when there is time. */
type Edit = (setting: EditSetting) => (() => Promise<unknown>) | undefined;

/** A task of a submission, chosen by a number drawn beforehand among those there are. */
const taskOf = async (
	{client, idOf, note}: EditSetting,
	submission: Submission | undefined,
	{number, isRunning}: {readonly number: number; readonly isRunning: boolean},
): Promise<number | undefined> => {
	const root = submission && idOf(submission);
	if (root === undefined) {
		return undefined;
	}

	const {tasks} = await client.ask('task.list', {
		filter: {tree: root, ...(isRunning && {states: ['in_progress']})},
		limit: 200,
	});
	const task = tasks[Math.floor(number * tasks.length)];
	if (task !== undefined) {
		note(
			`  task ${task.id} of ${submission?.root}: ${task.state} in ${task.node}`,
		);
	}

	return task?.id;
};

const drawSubmitted = (
	{random, submitted}: EditSetting,
	part?: Part,
): Submission | undefined => {
	// Late ones still have tasks that move.
	const latest = submitted.slice(-40);
	const from =
		part === undefined ? latest : latest.filter((one) => one.part === part);
	const number = random.next();
	return from[Math.floor(number * from.length)];
};

const onTask =
	(
		act: (
			setting: EditSetting,
			draw: number,
		) => (id: number) => Promise<unknown>,
		part?: Part,
		isRunning = false,
	): Edit =>
	(setting) => {
		const submission = drawSubmitted(setting, part);
		const number = setting.random.next();
		const perform = act(setting, setting.random.next());
		return async () => {
			const id = await taskOf(setting, submission, {number, isRunning});
			if (id !== undefined) {
				await perform(id);
			}
		};
	};

const act = (
	action:
		'pause' | 'resume' | 'cancel' | 'retry' | 'restart' | 'kill' | 'revive',
	part?: Part,
): Edit =>
	onTask(
		({client}) =>
			async (id) =>
				client.ask('task.act', {action, select: {ids: [id]}}),
		part,
	);

const groupName = (random: Random, part?: Part): string =>
	`${part ?? random.pick(['calm', 'wild'])}-group-${random.below(groupsPerPart)}`;

const actOnGroup =
	(
		actions: ReadonlyArray<
			'pause' | 'resume' | 'retry' | 'archive' | 'unarchive'
		>,
		part?: Part,
	): Edit =>
	({client, random}) => {
		const name = groupName(random, part);
		const action = random.pick(actions);
		return async () => client.ask('group.act', {action, names: [name]});
	};

const inWild = (names: readonly string[]): readonly string[] =>
	names.map((name) => `wild-${name}`);

const wildNodes = inWild([
	'one',
	'two',
	'three',
	'render',
	'gather',
	'gather-again',
	'kid',
	'family',
	'brood',
	'clan',
	'values',
	'first',
	'rest',
	'count',
	'end',
]);

/** By name, with how often each is done among a hundred. */
export const edits: Readonly<
	Record<string, {readonly weight: number; readonly decide: Edit}>
> = {
	pause: {weight: 7, decide: act('pause')},
	resume: {weight: 7, decide: act('resume')},
	cancel: {weight: 6, decide: act('cancel')},
	'restart a process': {
		weight: 5,
		decide: onTask(
			({client, restarted}) =>
				async (id) => {
					restarted.set(id, (restarted.get(id) ?? 0) + 1);
					await client.ask('task.act', {
						action: 'restart',
						select: {ids: [id]},
					});
				},
			undefined,
			true,
		),
	},
	restart: {weight: 3, decide: act('restart', 'wild')},
	retry: {weight: 8, decide: act('retry')},
	kill: {weight: 5, decide: act('kill', 'wild')},
	revive: {weight: 4, decide: act('revive', 'wild')},
	'set attributes': {
		weight: 4,
		decide: onTask(
			({client}, number) =>
				async (id) =>
					client.ask('task.set', {
						id,
						attributes: {frames: [1, 2, 3].slice(Math.floor(number * 3))},
						...(number < 0.3 && {priority: Math.floor(number * 100)}),
						...(number > 0.8 && {groups: ['wild-group-0', 'wild-group-1']}),
					}),
			'wild',
		),
	},
	priority: {
		weight: 3,
		decide: onTask(
			({client}, number) =>
				async (id) =>
					client.ask('task.set', {id, priority: Math.floor(number * 100)}),
		),
	},
	move: {
		weight: 4,
		decide: onTask(
			({client}, number) =>
				async (id) =>
					client.ask('task.move', {
						select: {ids: [id]},
						to: wildNodes[Math.floor(number * wildNodes.length)] ?? 'wild-rest',
					}),
			'wild',
		),
	},
	force: {
		weight: 4,
		decide: onTask(
			({client}, number) =>
				async (id) =>
					client.ask('task.force', {
						select: {ids: [id]},
						state:
							(['waiting', 'ready', 'done', 'error', 'dead'] as const)[
								Math.floor(number * 5)
							] ?? 'done',
					}),
			'wild',
		),
	},
	'act on group': {
		weight: 6,
		decide: actOnGroup(['pause', 'resume', 'resume', 'retry']),
	},
	archive: {
		weight: 5,
		decide: actOnGroup(['archive', 'unarchive', 'unarchive']),
	},
	'delete group': {
		weight: 1,
		decide({client, random, deleted}) {
			const name = groupName(random, 'wild');
			return async () => {
				await client.ask('group.act', {action: 'archive', names: [name]});
				deleted.add(name);
				await client.ask('group.act', {action: 'delete', names: [name]});
			};
		},
	},
	'group priority': {
		weight: 3,
		decide({client, random}) {
			const name = groupName(random);
			const priority = random.below(100);
			return async () =>
				client.ask('group.set_priority', {names: [name], priority});
		},
	},
	'act on node': {
		weight: 6,
		decide({client, random, program}) {
			const names = Object.keys(tortureGraph(program).nodes);
			const name = random.pick(names);
			const action = random.pick([
				'pause',
				'resume',
				'resume',
				'retry_errors',
			] as const);
			return async () => client.ask('node.act', {action, names: [name]});
		},
	},
	'set node': {
		weight: 3,
		decide({client, random}) {
			const name = `${random.pick(['calm', 'wild'])}-${random.pick(['render', 'kid', 'one', 'tally'])}`;
			const parameters = {
				priority_adjustment: random.below(30),
				cpus: 1 + random.below(2),
			};
			return async () => client.ask('node.set', {name, parameters});
		},
	},
	wires: {
		weight: 3,
		decide({client, random}) {
			const connection = random.pick(looseWires);
			const isAdded = random.chance(0.5);
			return async () =>
				client.ask(isAdded ? 'connection.add' : 'connection.remove', {
					connection,
				});
		},
	},
	'apply graph': {
		weight: 1,
		decide({client, program}) {
			return async () =>
				client.ask('graph.apply', {
					document: tortureGraph(program),
					prune: true,
				});
		},
	},
	limit: {
		weight: 3,
		decide({client, random}) {
			const total = random.below(4);
			return async () => client.ask('limit.set', {name: limitName, total});
		},
	},
	'act on worker': {
		weight: 6,
		decide({client, random, workers}) {
			const name = random.pick(workers);
			const action = random.pick(['drain', 'resume', 'resume'] as const);
			return async () => client.ask('worker.act', {action, workers: [name]});
		},
	},
};

/** One of a table, by their weights. */
export const drawByWeight = <One extends {readonly weight: number}>(
	random: Random,
	table: Readonly<Record<string, One>>,
): readonly [name: string, one: One] => {
	const entries = Object.entries(table);
	let number =
		random.next() * entries.reduce((sum, [, {weight}]) => sum + weight, 0);
	for (const entry of entries) {
		number -= entry[1].weight;
		if (number < 0) {
			return entry;
		}
	}

	throw new RangeError('There is nothing to choose from.');
};
