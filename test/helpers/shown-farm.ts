import {taskId, type TaskId, type WorkerId} from '../../source/core/ids.js';
import type {Clock} from '../../source/core/clock.js';
import type {TaskRow} from '../../source/db/queries/tasks.js';
import {prepareReads} from '../../source/db/reads/prepare-reads.js';
import {loadBooks, type Books} from '../../source/scheduler/books.js';
import {
	noChanges,
	type TurnChanges,
} from '../../source/scheduler/turn-changes.js';
import type {ViewContext} from '../../source/scheduler/views/view-context.js';
import type {WorkerLink} from '../../source/scheduler/worker-link.js';
import {createRegistry} from '../../source/nodes/registry.js';
import {createStoredFarm, storedAt} from './stored-farm.js';

/** A stored farm as its scheduler sees it between turns. */
export const createShownFarm = async (
	t: Parameters<typeof createStoredFarm>[0],
	registry = createRegistry([]),
) => {
	const farm = await createStoredFarm(t);
	const {statements, database} = farm;
	let now = storedAt + 60_000;
	let books: Books | undefined;
	const linked = new Set<WorkerId>();
	const clock: Clock = {now: () => now, monotonic: () => performance.now()};

	const load = (): Books => {
		farm.settle();
		const loaded = loadBooks(statements, registry);
		for (const id of linked) {
			const worker = loaded.fleet.workers.get(id);
			if (worker) {
				worker.link = deafLink;
			}
		}

		books = loaded;
		return loaded;
	};

	const context: ViewContext = {
		reads: prepareReads(database.reader),
		books: () => books ?? load(),
		registry,
		clock,
		about: () => ({
			farm: 'test',
			version: '0.1.0',
			database: database.path,
			database_id: database.id,
			insecure: false,
			startedAt: storedAt,
			listening: ['127.0.0.1:1384'],
			pid: 1,
		}),
	};

	return {
		...farm,
		context,
		advanceClock(ms: number): void {
			now += ms;
		},
		/** As if the worker were connected. */
		link(worker: WorkerId): void {
			linked.add(worker);
			load();
		},
		unlink(worker: WorkerId): void {
			linked.delete(worker);
			load();
		},
		load,
		/** Write what a turn would, and tell what it changed. */
		commit(change: () => void, extra: Partial<TurnChanges> = {}): TurnChanges {
			const read = (): Map<number, TaskRow> =>
				new Map(
					database.writer
						.prepare<unknown[], TaskRow>('SELECT * FROM tasks')
						.all()
						.map((row) => [row.id, row]),
				);
			const before = read();
			change();
			load();
			const changes = {...noChanges(), ...extra};
			for (const row of read().values()) {
				const was = before.get(row.id);
				if (JSON.stringify(was) === JSON.stringify(row)) {
					continue;
				}

				changes.tasks.set(row.id, {
					id: row.id,
					root: row.root_id,
					node: row.node_id,
					was: was?.state,
					now: row.state,
				});
				changes.nodes.add(row.node_id);
				for (const {group_id} of statements.tasks.groupsOf.all(row.id)) {
					changes.groups.add(group_id);
				}
			}

			return changes;
		},
		/** Put a task into a state, past all rules. */
		set(id: TaskId | number, fields: Partial<TaskRow>): void {
			const row = {...fields};
			database.writer
				.prepare(
					`UPDATE tasks SET ${Object.keys(row)
						.map((name) => `${name} = @${name}`)
						.join(', ')} WHERE id = @id`,
				)
				.run({...row, id: taskId(id)});
		},
	};
};

export type ShownFarm = Awaited<ReturnType<typeof createShownFarm>>;

const deafLink: WorkerLink = {
	run: () => undefined,
	cancel: () => undefined,
	stop: () => undefined,
	close: () => undefined,
	address: '10.0.0.7:40000',
	lastHeardAt: () => storedAt + 30_000,
};
