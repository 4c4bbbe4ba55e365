import {
	invocationId,
	type GroupId,
	type RequirementId,
	type TaskId,
} from '../core/ids.js';
import type {Requirements, Resources} from '../core/requirements.js';
import {fits, reservation, unmet} from '../graph/match.js';
import {runningOf} from './books.js';
import {fail} from './apply-result.js';
import {freeOn, hold, type FleetWorker} from './fleet.js';
import {attributesOf, environmentOf, type TaskDraft} from './task-draft.js';
import type {Turn} from './turn-context.js';
import type {Reserved} from './reserved.js';
import {workOf} from './work.js';

/** So many tasks are given out in one turn; the rest in the next. */
const mostPerTurn = 512;
/** Of so many equal groups the one with the lowest task id is looked for. */
const mostTies = 16;
/** So many tasks of a line are passed over in one pass because they must not run now. */
const mostSkipped = 100;

type Line = {
	readonly requirement: RequirementId;
	readonly priority: number;
	readonly group: GroupId;
};

/**
Give ready tasks to free workers: highest effective priority first, then the group with the fewest invocations running, then the lower task id. A requirement that no free worker meets holds nobody back: its line is left alone until something comes free that could take it.

@returns `again`: more could be given out at once; `wakeAt`: when a task that stays away from a machine may go there again, in milliseconds since 1970
*/
export const dispatch = (
	turn: Turn,
): {readonly again: boolean; readonly wakeAt: number | undefined} => {
	const {books} = turn;
	const pass = new Pass(turn);
	const stuck = new Set(books.stuck);
	if (books.fresh.size > 0) {
		// What came free is looked at for each of them in this pass. One that finds no worker is stuck again; one that has no task at present, or none left, is not.
		books.stuck.clear();
	}

	if (books.ready.total() > 0 && books.fleet.workers.size > 0) {
		pass.open(stuck);
		let given = 0;
		for (;;) {
			const line = pass.best();
			if (!line) {
				break;
			}

			if (given === mostPerTurn) {
				return {again: true, wakeAt: pass.wakeAt};
			}

			if (pass.give(line)) {
				given += 1;
			}
		}
	}

	books.fresh.clear();
	return {again: false, wakeAt: pass.wakeAt};
};

/** One look at everything that is ready. */
class Pass {
	readonly #turn: Turn;
	readonly #open = new Map<
		RequirementId,
		{readonly requirements: Requirements; readonly onlyFresh: boolean}
	>();

	readonly #cursors = new Map<
		string,
		{after: TaskId | 0; skipped: number; spent: boolean}
	>();

	wakeAt: number | undefined;

	constructor(turn: Turn) {
		this.#turn = turn;
	}

	#bestOf(
		requirement: RequirementId,
	): (Line & {readonly running: number}) | undefined {
		const {ready, fleet} = this.#turn.books;
		let below = Infinity;
		for (;;) {
			const level = ready.best(requirement, below);
			if (!level) {
				return undefined;
			}

			let ties: Line[] = [];
			let fewest = Infinity;
			for (const group of level.groups.keys()) {
				const line = {requirement, priority: level.priority, group};
				if (this.#cursors.get(keyOf(line))?.spent) {
					continue;
				}

				const running = runningOf(fleet, group);
				if (running < fewest) {
					fewest = running;
					ties = [line];
				} else if (running === fewest) {
					ties.push(line);
				}

				if (fewest === 0 && ties.length === mostTies) {
					break;
				}
			}

			const [first, ...others] = ties;
			if (first) {
				let chosen = first;
				for (const line of others.slice(0, mostTies - 1)) {
					if (this.#head(line) < this.#head(chosen)) {
						chosen = line;
					}
				}

				return {...chosen, running: fewest};
			}

			below = level.priority;
		}
	}

	#cursor(line: Line) {
		const key = keyOf(line);
		let cursor = this.#cursors.get(key);
		if (!cursor) {
			cursor = {after: 0, skipped: 0, spent: false};
			this.#cursors.set(key, cursor);
		}

		return cursor;
	}

	#peek(line: Line): TaskId | undefined {
		return this.#turn.statements.tasks.nextToDispatch.get(
			line.requirement,
			line.priority,
			line.group,
			this.#cursor(line).after,
		)?.id;
	}

	#head(line: Line): number {
		return this.#peek(line) ?? Infinity;
	}

	#skip(line: Line, id: TaskId): void {
		const cursor = this.#cursor(line);
		cursor.after = id;
		cursor.skipped += 1;
		cursor.spent = cursor.skipped >= mostSkipped;
	}

	#requirementsOf(id: RequirementId): Requirements {
		const {books, statements} = this.#turn;
		let requirements = books.requirements.get(id);
		if (!requirements) {
			requirements = JSON.parse(
				statements.invocations.requirement.get(id)?.json ?? '{}',
			) as Requirements;
			books.requirements.set(id, requirements);
		}

		return requirements;
	}

	/** Of the workers that can take it now, the one with the fewest GPUs that it does not need, then the most cores free. */
	#choose(
		id: TaskId,
		{
			line,
			requirements,
			onlyFresh,
		}: {
			readonly line: Line;
			readonly requirements: Requirements;
			readonly onlyFresh: boolean;
		},
	):
		| {readonly kind: 'worker'; readonly worker: FleetWorker}
		| {readonly kind: 'none'}
		| {readonly kind: 'avoided'; readonly until: number} {
		const {books, desk} = this.#turn;
		const {fleet} = books;
		if (!limitsAllow(this.#turn, requirements)) {
			return {kind: 'none'};
		}

		const avoided = fleet.avoided.get(id);
		let chosen:
			{readonly worker: FleetWorker; readonly free: Resources} | undefined;
		let until: number | undefined;
		const capable = eligible(this.#turn, line.requirement, requirements);
		for (const worker of capable) {
			if ((onlyFresh && !books.fresh.has(worker.row.id)) || !isOpen(worker)) {
				continue;
			}

			const free = freeOn(fleet, worker);
			if (!fits(requirements.minimum, free)) {
				continue;
			}

			const away = avoided?.get(worker.row.machine_id);
			if (away !== undefined && away > desk.now()) {
				until = Math.min(until ?? away, away);
				continue;
			}

			if (!chosen || isBetter({worker, free}, chosen)) {
				chosen = {worker, free};
			}
		}

		if (chosen) {
			return {kind: 'worker', worker: chosen.worker};
		}

		if (until === undefined) {
			return {kind: 'none'};
		}

		// Nobody else could ever run it: then there, after all.
		const elsewhere = capable.some(
			(worker) =>
				worker.link !== undefined &&
				(avoided?.get(worker.row.machine_id) ?? 0) <= desk.now(),
		);
		if (elsewhere) {
			return {kind: 'avoided', until};
		}

		const there = capable.find(
			(worker) =>
				isOpen(worker) && fits(requirements.minimum, freeOn(fleet, worker)),
		);
		return there ? {kind: 'worker', worker: there} : {kind: 'avoided', until};
	}

	/** Whether there is a worker that could take any task with these requirements now. Where there is none, no task is looked for. */
	#hasRoom(
		id: RequirementId,
		{
			requirements,
			onlyFresh,
		}: {readonly requirements: Requirements; readonly onlyFresh: boolean},
	): boolean {
		const {fleet, fresh} = this.#turn.books;
		return eligible(this.#turn, id, requirements).some(
			(worker) =>
				(!onlyFresh || fresh.has(worker.row.id)) &&
				isOpen(worker) &&
				fits(requirements.minimum, freeOn(fleet, worker)),
		);
	}

	/** Which requirements some free worker may meet now. */
	open(stuck: ReadonlySet<RequirementId>): void {
		const {books} = this.#turn;
		for (const id of books.ready.requirements()) {
			const onlyFresh = stuck.has(id);
			if (onlyFresh && books.fresh.size === 0) {
				continue;
			}

			const requirements = this.#requirementsOf(id);
			if (this.#hasRoom(id, {requirements, onlyFresh})) {
				this.#open.set(id, {requirements, onlyFresh});
			} else {
				books.stuck.add(id);
			}
		}
	}

	/** The line whose head comes next. */
	best(): Line | undefined {
		let best: (Line & {readonly running: number}) | undefined;
		for (const requirement of this.#open.keys()) {
			const line = this.#bestOf(requirement);
			if (
				line &&
				(best === undefined ||
					line.priority > best.priority ||
					(line.priority === best.priority &&
						(line.running < best.running ||
							(line.running === best.running &&
								this.#head(line) < this.#head(best)))))
			) {
				best = line;
			}
		}

		return best;
	}

	/** Give the head of a line to a worker. False where it cannot be given now; it is then out of this pass. */
	give(line: Line): boolean {
		const {books, desk} = this.#turn;
		const open = this.#open.get(line.requirement);
		const cursor = this.#cursor(line);
		const id = this.#peek(line);
		if (!open || id === undefined) {
			cursor.spent = true;
			return false;
		}

		if (books.fleet.dying.has(id)) {
			this.#skip(line, id);
			return false;
		}

		const choice = this.#choose(id, {line, ...open});
		switch (choice.kind) {
			case 'none': {
				books.stuck.add(line.requirement);
				this.#open.delete(line.requirement);
				return false;
			}

			case 'avoided': {
				this.wakeAt = Math.min(this.wakeAt ?? choice.until, choice.until);
				this.#skip(line, id);
				return false;
			}

			case 'worker': {
				cursor.after = id;
				const task = desk.existingTask(id);
				desk.take(id);
				assign(this.#turn, task, {
					worker: choice.worker,
					requirements: open.requirements,
				});
				desk.take(undefined);
				return true;
			}
		}
	}
}

const keyOf = ({requirement, priority, group}: Line): string =>
	`${requirement} ${priority} ${group}`;

/** It is connected, well, and may be given something. */
const isOpen = (worker: FleetWorker): boolean =>
	worker.link !== undefined &&
	worker.error === undefined &&
	!worker.isStopping &&
	worker.row.draining === 0 &&
	!(worker.once && worker.spent);

const isBetter = (
	a: {readonly worker: FleetWorker; readonly free: Resources},
	b: {readonly worker: FleetWorker; readonly free: Resources},
): boolean =>
	a.free.gpus === b.free.gpus
		? a.free.cpus > b.free.cpus
		: a.free.gpus < b.free.gpus;

const limitsAllow = ({books: {fleet}}: Turn, {limits}: Requirements): boolean =>
	Object.entries(limits).every(([name, count]) => {
		const limit = fleet.limits.get(name);
		return limit !== undefined && limit.inUse + count <= limit.total;
	});

/** The workers that could run it if nothing else did. */
const eligible = (
	{books}: Turn,
	id: RequirementId,
	requirements: Requirements,
): readonly FleetWorker[] => {
	let workers = books.eligible.get(id);
	if (!workers) {
		workers = books.fleet.workers
			.values()
			.filter((worker) => unmet(requirements, worker.offer).length === 0)
			.toArray();
		books.eligible.set(id, workers);
	}

	return workers;
};

const assign = (
	turn: Turn,
	task: TaskDraft,
	{
		worker,
		requirements,
	}: {readonly worker: FleetWorker; readonly requirements: Requirements},
): void => {
	const {desk, books, statements} = turn;
	const {row} = task;
	const work = workOf(turn, row.id);
	if (!work) {
		fail(turn, task, {
			reason: 'node',
			message:
				'It was made ready, but it is not known which process it is to run: move it to its node again.',
		});
		desk.writeTask(task);
		return;
	}

	const resources = reservation(requirements, freeOn(books.fleet, worker));
	const reserved: Reserved = {
		machine_id: worker.row.machine_id,
		resources,
		limits: requirements.limits,
		group_id: row.queue_group_id,
	};
	row.attempts += 1;
	const {lastInsertRowid} = statements.invocations.insert.run({
		task_id: row.id,
		node_id: row.node_id,
		worker_id: worker.row.id,
		attempt: row.attempts,
		reserved: JSON.stringify(reserved),
		created_at: desk.now(),
	});
	const id = invocationId(Number(lastInsertRowid));
	row.invocation_id = id;
	desk.changes().waits.push(desk.now() - row.changed_at);
	desk.place(task, {
		state: 'invoking',
		note: worker.row.name,
		...(row.output !== null && {output: row.output}),
	});
	desk.writeTask(task);
	const {spent} = worker;
	desk.onUndo(() => {
		worker.spent = spent;
	});
	worker.spent = true;
	hold(books.fleet, {
		id,
		task: row.id,
		node: row.node_id,
		worker: worker.row.id,
		machine: worker.row.machine_id,
		attempt: row.attempts,
		reserved: resources,
		limits: requirements.limits,
		group: row.queue_group_id,
		state: 'invoking',
		startedAt: undefined,
		progress: undefined,
		status: undefined,
		peakMemory: undefined,
		cpu: undefined,
		logBytes: 0,
		ending: undefined,
	});
	desk.changes().workers.add(worker.row.id);
	desk.changes().invocations.add(id);
	const request = {
		invocation: id,
		task: row.id,
		task_name: row.name,
		node: books.graph.nodes.get(row.node_id)?.name ?? '',
		attempt: row.attempts,
		attributes: attributesOf(task),
		environment: environmentOf(task),
		process: work.process,
		resources,
	};
	const {link} = worker;
	desk.after(() => {
		link?.run(request);
	});
};
