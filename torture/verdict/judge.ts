import {workerGrace} from '../farm/farm.js';
import type {Process} from '../load/account.js';
import type {Submission} from '../load/submission.js';
import type {Stored, StoredInvocation} from './stored.js';

export type Evidence = {
	readonly stored: Stored;
	/** What the processes themselves wrote down. */
	readonly account: readonly Process[];
	/** What was acknowledged, by its id. */
	readonly submitted: ReadonlyMap<number, Submission>;
	/** Of which groups the tasks are gone for good. */
	readonly deleted: ReadonlySet<string>;
	readonly restarted: ReadonlyMap<number, number>;
};

/** Everything that differs between what the farm says and what happened. */
export const judge = (evidence: Evidence): readonly string[] => [
	...evidence.stored.faults.map((fault) => `db check: ${fault}`),
	...missing(evidence),
	...unaccounted(evidence),
	...twiceAtOnce(evidence),
	...wrongAttempts(evidence),
	...unfinished(evidence),
	...wrongResults(evidence),
];

/** Seconds between the loss of a worker and the end of its processes there: it may learn of it later than the scheduler, and processes have their own time to end. */
const longestGrace = workerGrace + 30;

const ofCalm = (label: string): boolean => label.startsWith('calm-');

const missing = ({
	stored: {tasks},
	submitted,
	deleted,
}: Evidence): readonly string[] => {
	const ids = new Set(tasks.map(({id}) => id));
	return submitted
		.entries()
		.filter(
			([id, {part}]) => !ids.has(id) && !(part === 'wild' && deleted.size > 0),
		)
		.map(
			([id, {root}]) =>
				`Task ${id} (${root}) was acknowledged, and is not there.`,
		)
		.toArray();
};

/** What the database says of each process, against what that wrote down. */
const unaccounted = ({
	stored: {invocations},
	account,
	deleted,
}: Evidence): readonly string[] => {
	const wrong: string[] = [];
	const byInvocation = Map.groupBy(account, ({invocation}) => invocation);
	for (const [id, processes] of byInvocation) {
		const [first, ...more] = processes;
		if (first === undefined) {
			continue;
		}

		const stored = invocations.get(id);
		if (more.length > 0) {
			wrong.push(
				`Invocation ${id} was begun ${processes.length} times: ${JSON.stringify(processes)}.`,
			);
		}

		if (stored === undefined) {
			if (deleted.size === 0 || ofCalm(first.label)) {
				wrong.push(
					`A process ran for invocation ${id} of task ${first.task} (${first.label}), which is not in the database.`,
				);
			}
		} else if (stored.task === first.task) {
			wrong.push(...disagreement(stored, first));
		} else {
			wrong.push(
				`Invocation ${id} is of task ${stored.task}, but ran for task ${first.task}.`,
			);
		}
	}

	for (const stored of invocations.values()) {
		if (stored.state === 'invoking' || stored.state === 'running') {
			wrong.push(
				`Invocation ${stored.id} of task ${stored.task} is ${stored.state} at rest.`,
			);
		}

		if (stored.exit_code !== null && !byInvocation.has(stored.id)) {
			wrong.push(
				`Invocation ${stored.id} of task ${stored.task} ended with ${stored.exit_code}, but no process of it began.`,
			);
		}
	}

	return wrong;
};

const disagreement = (
	{id, task, state, exit_code: told, reason, message}: StoredInvocation,
	{exitCode, label}: Process,
): readonly string[] => {
	const of = `Invocation ${id} of task ${task} (${label})`;
	if (reason === 'not_started' || reason === 'unable') {
		return [`${of} began, but is said not to have: ${message}`];
	}

	if (state === 'finished' && told !== null && told !== exitCode) {
		return [
			`${of} ended with ${told} as the database has it, and with ${exitCode} as it says itself.`,
		];
	}

	return [];
};

const twiceAtOnce = ({
	stored: {invocations},
	account,
}: Evidence): readonly string[] => {
	const wrong: string[] = [];
	for (const [task, processes] of Map.groupBy(account, (one) => one.task)) {
		for (const [index, later] of processes.entries()) {
			for (const earlier of processes.slice(0, index)) {
				const overlap = earlier.lived - later.began;
				if (
					overlap <= 0 ||
					// Lost with its worker, which ends it when its own grace is over.
					(invocations.get(earlier.invocation)?.state === 'lost' &&
						overlap <= longestGrace)
				) {
					continue;
				}

				wrong.push(
					`Task ${task} had two processes at once for ${overlap.toFixed(2)} s: ${JSON.stringify([earlier, later])}; the first is ${JSON.stringify(invocations.get(earlier.invocation))}.`,
				);
			}
		}
	}

	return wrong;
};

/** Attempts are counted from 1, one by one, anew in each node and after somebody called a task back. */
const wrongAttempts = ({
	stored: {invocations},
}: Evidence): readonly string[] => {
	const wrong: string[] = [];
	const byTask = Map.groupBy(
		invocations.values(),
		({task, node}) => `${task} in ${node}`,
	);
	for (const [task, rows] of byTask) {
		for (const [index, row] of rows.entries()) {
			const before = rows[index - 1];
			const due =
				(before?.attempt ?? 0) + (before?.reason === 'unable' ? 0 : 1);
			if (row.attempt !== 1 && row.attempt !== due) {
				wrong.push(
					`Task ${task} has attempt ${row.attempt} (invocation ${row.id}) after attempt ${before?.attempt ?? 0}.`,
				);
			}
		}
	}

	return wrong;
};

const unfinished = ({
	stored: {tasks},
	submitted,
}: Evidence): readonly string[] => [
	...tasks
		.filter(({root, state}) => ofCalm(`${root}/`) && state !== 'dead')
		.map(
			({id, root, state, node, details}) =>
				`Task ${id} (${root}) did not come to its end: it is ${state} in ${node}${details === null ? '' : ` (${details})`}.`,
		),
	...submitted
		.values()
		.filter(({part}) => part === 'calm')
		.flatMap(({root, way, expected}) => {
			const count = tasks.filter((task) => task.root === root).length;
			const due = tasksOf(way, expected.size);
			return count === due
				? []
				: [`${root} became ${count} tasks, it should be ${due}.`];
		}),
];

/** How many tasks a calm one becomes. */
const tasksOf = (way: Submission['way'], labels: number): number => {
	switch (way) {
		// Itself, its chunks, and two of each.
		case 'splits': {
			return 1 + (labels - 1) / 2 + (labels - 1);
		}

		case 'values': {
			return 3;
		}

		case 'line': {
			return 1;
		}

		case 'children':
		case 'brood': {
			return labels;
		}
	}
};

/** Each piece of calm work is done once, with what it must be given. */
const wrongResults = ({
	stored: {invocations},
	account,
	submitted,
	restarted,
}: Evidence): readonly string[] => {
	const wrong: string[] = [];
	const byLabel = Map.groupBy(account, ({label}) => label);
	const expected = new Map(
		submitted
			.values()
			.filter(({part}) => part === 'calm')
			.flatMap((one) => [...one.expected]),
	);
	for (const label of byLabel.keys().filter((one) => ofCalm(one))) {
		if (!expected.has(label)) {
			wrong.push(`${label} was run, and should not be.`);
		}
	}

	for (const [label, data] of expected) {
		const processes = byLabel.get(label) ?? [];
		for (const one of processes) {
			if (one.data !== data) {
				wrong.push(
					`${label} was given ${one.data}, it should be ${data} (invocation ${one.invocation}).`,
				);
			}
		}

		const good = processes.filter(({invocation}) => {
			const row = invocations.get(invocation);
			return row?.state === 'finished' && row.exit_code === 0;
		});
		const most = 1 + (restarted.get(processes[0]?.task ?? 0) ?? 0);
		if (good.length === 0 || good.length > most) {
			wrong.push(
				`${label} was done ${good.length} times, by invocations ${good.map(({invocation}) => invocation).join(', ')} of ${processes.map(({invocation}) => invocation).join(', ')}.`,
			);
		}
	}

	return wrong;
};
