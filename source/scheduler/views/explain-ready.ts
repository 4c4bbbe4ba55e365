import type {Requirements, Resources} from '../../core/requirements.js';
import type {TaskRow} from '../../db/queries/tasks.js';
import {shortOf, unmet} from '../../graph/match.js';
import type {Books} from '../books.js';
import {freeOn, type FleetWorker} from '../fleet.js';
import {isoTime} from './iso-time.js';
import type {ViewContext} from './view-context.js';
import {workerState} from './worker-shape.js';

export type ReadyExplanation = {
	readonly workers: Array<{readonly worker: string; readonly unmet: string[]}>;
	/** One sentence. */
	readonly summary: string;
};

/** Why a ready task has no worker yet: each worker with what speaks against it. */
export const explainReady = (
	context: Pick<ViewContext, 'reads' | 'books' | 'clock'>,
	row: TaskRow,
): ReadyExplanation => {
	const books = context.books();
	const requirements = requirementsOf(context, row);
	if (!requirements) {
		return {
			workers: [],
			summary:
				'It is ready, but what it requires is not known: move it to its node again.',
		};
	}

	const limits = exhausted(books, requirements);
	const now = context.clock.now();
	const judged = Array.from(books.fleet.workers.values(), (worker) => ({
		worker,
		never: unmet(requirements, worker.offer),
		now: obstacles({books, requirements, row, now}, worker),
	}));
	return {
		workers: judged.map(({worker, never, now: obstacle}) => ({
			worker: worker.row.name,
			unmet: [...never, ...obstacle, ...limits],
		})),
		summary: summarise(context, row, {judged, limits}),
	};
};

type Judged = {
	readonly worker: FleetWorker;
	/** Why it could never run there. */
	readonly never: readonly string[];
	/** Why it cannot run there at this moment. */
	readonly now: readonly string[];
};

const requirementsOf = (
	{reads, books}: Pick<ViewContext, 'reads' | 'books'>,
	{requirement_id: id}: TaskRow,
): Requirements | undefined => {
	if (id === null) {
		return undefined;
	}

	const known = books().requirements.get(id);
	const stored = known ? undefined : reads.tasks.requirement.get(id);

	return known ?? (stored && (JSON.parse(stored.json) as Requirements));
};

const exhausted = ({fleet}: Books, {limits}: Requirements): readonly string[] =>
	Object.entries(limits).flatMap(([name, count]) => {
		const limit = fleet.limits.get(name);
		if (!limit) {
			return [`the farm has no limit "${name}"`];
		}

		const free = Math.max(0, limit.total - limit.inUse);
		return free < count
			? [`${free} of ${limit.total} ${name} are free, ${count} needed`]
			: [];
	});

const obstacles = (
	{
		books: {fleet},
		requirements,
		row,
		now,
	}: {
		readonly books: Books;
		readonly requirements: Requirements;
		readonly row: TaskRow;
		readonly now: number;
	},
	worker: FleetWorker,
): readonly string[] => {
	const state = workerState(worker);
	const reasons: string[] = [];
	switch (state) {
		case 'off': {
			return ['is off'];
		}

		case 'unreachable': {
			return [
				worker.lostAt === undefined
					? 'is unreachable'
					: `is unreachable since ${isoTime(worker.lostAt)}`,
			];
		}

		case 'error': {
			reasons.push(`cannot work: ${worker.error ?? 'it does not say why'}`);
			break;
		}

		case 'draining': {
			reasons.push('is draining: it takes no new work');
			break;
		}

		case 'idle':
		case 'busy': {
			break;
		}
	}

	if (worker.once && worker.spent) {
		reasons.push('runs one invocation only, and has had it');
	}

	reasons.push(
		...shortOf(attainable(requirements, worker), freeOn(fleet, worker)),
	);
	const until = fleet.avoided.get(row.id)?.get(worker.row.machine_id) ?? 0;
	if (until > now) {
		reasons.push(
			`is avoided until ${isoTime(until)}, as the task did not start or was lost there`,
		);
	}

	return reasons;
};

/** What the worker has too little of in all is told already. */
const attainable = (
	{minimum}: Requirements,
	{offer: {total}}: FleetWorker,
): Resources => ({
	cpus: minimum.cpus > total.cpus ? 0 : minimum.cpus,
	memory_bytes:
		minimum.memory_bytes > total.memory_bytes ? 0 : minimum.memory_bytes,
	gpus: minimum.gpus > total.gpus ? 0 : minimum.gpus,
	gpu_memory_bytes:
		minimum.gpu_memory_bytes > total.gpu_memory_bytes
			? 0
			: minimum.gpu_memory_bytes,
});

const summarise = (
	context: Pick<ViewContext, 'reads' | 'books'>,
	row: TaskRow,
	{
		judged,
		limits,
	}: {readonly judged: readonly Judged[]; readonly limits: readonly string[]},
): string => {
	const {fleet} = context.books();
	const dying = fleet.dying.get(row.id);
	if (dying !== undefined) {
		return `It waits until its earlier process, invocation ${dying}, is gone.`;
	}

	if (judged.length === 0) {
		return 'The farm has no workers: start one with lifeblood worker.';
	}

	const able = judged.filter(({never}) => never.length === 0);
	if (able.length === 0) {
		return judged.length === 1
			? `The only worker can never run it: it ${judged[0]?.never.join(', and ') ?? ''}.`
			: `None of the ${judged.length} workers can ever run it.`;
	}

	const there = able.filter(({worker}) => worker.link !== undefined);
	if (there.length === 0) {
		return able.length === 1
			? `The only worker that could run it, ${able[0]?.worker.row.name ?? ''}, is not connected.`
			: `None of the ${able.length} workers that could run it is connected.`;
	}

	return limits.length > 0
		? `It waits for a limit: ${limits.join(', ')}.`
		: itsTurn(aheadOf(context, row), there);
};

/** When it comes to it, where there are connected workers that could run it. */
const itsTurn = (ahead: number, there: readonly Judged[]): string => {
	const queue =
		ahead === 0
			? 'it is next'
			: `${ahead} ${ahead === 1 ? 'task comes' : 'tasks come'} before it`;
	const open = there.filter(({now}) => now.length === 0);
	if (ahead === 0 && open.length > 0) {
		return `It goes to worker ${open[0]?.worker.row.name ?? ''} in a moment.`;
	}

	if (open.length > 0) {
		return `${open.length} ${open.length === 1 ? 'worker has' : 'workers have'} room for it, and ${queue}.`;
	}

	return there.length === 1
		? `The only connected worker that could run it, ${there[0]?.worker.row.name ?? ''}, cannot now: it ${there[0]?.now.join(', and ') ?? ''}; ${queue}.`
		: `None of the ${there.length} connected workers that could run it has room for it now; ${queue}.`;
};

/** Ready tasks of a higher priority, and those of its own line with a lower id; that line is counted up to 10,000. */
const aheadOf = (
	{reads, books}: Pick<ViewContext, 'reads' | 'books'>,
	{
		id,
		requirement_id: requirement,
		effective_priority: priority,
		queue_group_id: group,
	}: TaskRow,
): number => {
	const {ready} = books();
	let ahead =
		requirement === null
			? 0
			: (reads.tasks.aheadInLine.get(requirement, priority, group, id)?.count ??
				0);
	for (const other of ready.requirements()) {
		for (
			let level = ready.best(other, Infinity);
			level && level.priority > priority;
			level = ready.best(other, level.priority)
		) {
			for (const count of level.groups.values()) {
				ahead += count;
			}
		}
	}

	return ahead;
};
