import {
	capabilitiesOf,
	type WrittenCapabilities,
} from '../../core/capabilities.js';
import {FarmError} from '../../core/errors.js';
import type {InvocationId, WorkerId} from '../../core/ids.js';
import type {Resources, WorkerType} from '../../core/requirements.js';
import {dismiss, enlist, type FleetWorker} from '../fleet.js';
import {noteLostWorker} from '../notifications/note-lost-worker.js';
import {askToEnd, letGo} from '../invocations.js';
import {offerOf} from '../offer.js';
import {type Operation, type Turn} from '../turn-context.js';
import {findWorker} from '../views/worker-shape.js';
import type {WorkerLink} from '../worker-link.js';
import {confirmRunning} from './confirm-running.js';
import {loseInvocation} from './finish-invocation.js';

export type Registration = {
	readonly name: string;
	readonly machine_id: string;
	readonly host: string;
	readonly address: string;
	readonly type: WorkerType;
	readonly groups: readonly string[];
	readonly capabilities: WrittenCapabilities;
	readonly resources: Resources;
	/** For tasks that name none. */
	readonly resolver: string;
	readonly version: string;
	readonly once: boolean;
	readonly running: readonly InvocationId[];
	readonly unreported: readonly InvocationId[];
};

/**
A worker has connected: it is known by its name and machine. What it says that it runs is held against what it should run, and both sides then agree.

@returns its id, and the invocations that it has to end because they were given up meanwhile
*/
export const registerWorker =
	(
		registration: Registration,
		link: WorkerLink,
	): Operation<{id: WorkerId; end: InvocationId[]}> =>
	(turn) => {
		const {desk, books, statements} = turn;
		desk.touch();
		const row = statements.workers.put.get({
			name: registration.name,
			machine_id: registration.machine_id,
			host: registration.host,
			address: registration.address,
			type: registration.type,
			groups: JSON.stringify(registration.groups),
			capabilities: JSON.stringify(capabilitiesOf(registration.capabilities)),
			resources: JSON.stringify(registration.resources),
			resolver: registration.resolver,
			version: registration.version,
			last_seen_at: desk.now(),
		});
		if (!row) {
			throw new FarmError(
				'INTERNAL',
				'The database did not give the worker back that was written.',
			);
		}

		const known = books.fleet.workers.get(row.id);
		const isAgain = known?.link === link;
		if (!isAgain && known?.link) {
			const old = known.link;
			desk.after(() => {
				old.close('this worker has connected again');
			});
		}

		const worker: FleetWorker = {
			row,
			offer: offerOf(row),
			link,
			lostAt: undefined,
			error: isAgain ? known.error : undefined,
			isStopping: isAgain && known.isStopping,
			once: registration.once,
			spent: isAgain && known.spent,
			used: known?.used ?? {
				cpus: 0,
				memory_bytes: 0,
				gpus: 0,
				gpu_memory_bytes: 0,
			},
			invocations: known?.invocations ?? new Set(),
		};
		enlist(books.fleet, worker);
		desk.onUndo(() => {
			if (known) {
				enlist(books.fleet, known);
			} else {
				dismiss(books.fleet, worker);
			}
		});
		books.eligible.clear();
		books.fresh.add(row.id);
		desk.changes().workers.add(row.id);
		// On the connection that it has it only offers something else: what was sent to it may not have come there yet.
		return {
			id: row.id,
			end: isAgain ? [] : agree(turn, worker, registration),
		};
	};

/** What the worker has of what it should have, and the other way round. */
const agree = (
	turn: Turn,
	worker: FleetWorker,
	{running, unreported}: Registration,
): InvocationId[] => {
	const {books} = turn;
	const has = new Set(running);
	const willReport = new Set(unreported);
	for (const id of worker.invocations) {
		const live = books.fleet.live.get(id);
		if (!live) {
			continue;
		}

		if (live.ending !== undefined && has.has(id)) {
			// It may not have heard of it. Its end is reported, and only then is what it holds free.
			turn.desk.after(() => {
				askToEnd(turn, live);
			});
		}

		if (live.ending === 'dead') {
			if (!has.has(id)) {
				letGo(turn, live);
			}
		} else if (has.has(id)) {
			confirmRunning(id, live.startedAt ?? turn.desk.now())(turn);
		} else if (!willReport.has(id)) {
			loseInvocation(turn, live, {
				reason: 'lost',
				message: `Worker ${worker.row.name} came back without it.`,
				avoid: false,
			});
		}
	}

	return running.filter(
		(id) => books.fleet.live.get(id)?.worker !== worker.row.id,
	);
};

/** Its connection is gone. Its processes may go on: it is waited for. */
export const workerDisconnected =
	(id: WorkerId, link: WorkerLink): Operation<'lost' | 'stale'> =>
	({desk, books, statements}) => {
		const worker = books.fleet.workers.get(id);
		if (worker?.link !== link) {
			return 'stale';
		}

		desk.touch();
		const before = {...worker};
		desk.onUndo(() => {
			Object.assign(worker, before);
		});
		worker.link = undefined;
		worker.error = undefined;
		worker.lostAt = desk.now();
		const heardAt = link.lastHeardAt();
		statements.workers.seen.run(heardAt, id);
		worker.row = {...worker.row, last_seen_at: heardAt};
		desk.changes().workers.add(id);
		return 'lost';
	};

/** It was not back in time, or it said goodbye: what it ran goes on elsewhere. */
export const workerGone =
	(id: WorkerId, {said}: {readonly said: boolean}): Operation<number> =>
	(turn) => {
		const {desk, books} = turn;
		const worker = books.fleet.workers.get(id);
		if (!worker || (!said && worker.link !== undefined)) {
			return 0;
		}

		desk.touch();
		const {lostAt} = worker;
		desk.onUndo(() => {
			worker.lostAt = lostAt;
		});
		worker.lostAt = undefined;
		const lost: Array<{readonly invocation: number; readonly task: number}> =
			[];
		for (const invocation of worker.invocations) {
			const live = books.fleet.live.get(invocation);
			if (!live) {
				continue;
			}

			if (live.ending === 'dead') {
				letGo(turn, live);
			} else {
				lost.push({invocation, task: live.task});
				loseInvocation(turn, live, {
					reason: 'lost',
					message: said
						? `Worker ${worker.row.name} stopped.`
						: `Worker ${worker.row.name} was lost: nothing was heard of it for ${turn.settings.workerGraceS} s.`,
					avoid: !said,
				});
			}
		}

		if (!said && (lostAt !== undefined || lost.length > 0)) {
			noteLostWorker(turn, worker, lost);
		}

		desk.changes().workers.add(id);
		return lost.length;
	};

/** A worker cannot work, and says why; or it can again; or it was told to end. */
export const workerStatus =
	(
		id: WorkerId,
		{
			error,
			isStopping,
		}: {readonly error: string | undefined; readonly isStopping: boolean},
	): Operation<void> =>
	({desk, books}) => {
		const worker = books.fleet.workers.get(id);
		if (!worker) {
			return;
		}

		desk.touch();
		const before = {error: worker.error, isStopping: worker.isStopping};
		desk.onUndo(() => {
			Object.assign(worker, before);
		});
		worker.error = error;
		worker.isStopping = isStopping;
		books.fresh.add(id);
		desk.changes().workers.add(id);
	};

export type WorkerAction = 'drain' | 'resume' | 'stop' | 'forget';

export const actOnWorkers =
	(
		names: readonly string[],
		action: WorkerAction,
	): Operation<{changed: number}> =>
	(turn) => {
		const {desk, books, statements} = turn;
		const workers = names.map((name) => findWorker(books.fleet, name));
		for (const worker of workers) {
			if (
				action === 'forget' &&
				(worker.link !== undefined || worker.invocations.size > 0)
			) {
				throw new FarmError(
					'CONFLICT',
					`Worker ${worker.row.name} is not off: stop it first.`,
				);
			}

			if (action === 'stop' && !worker.link) {
				throw new FarmError(
					'CONFLICT',
					`Worker ${worker.row.name} is not connected, so it cannot be told to stop.`,
				);
			}
		}

		desk.remember({
			workers: workers.map(({row, link}) => ({
				name: row.name,
				draining: row.draining === 1,
				connected: link !== undefined,
			})),
		});
		desk.touch();
		for (const worker of workers) {
			const {id} = worker.row;
			switch (action) {
				case 'drain':
				case 'resume': {
					const draining = action === 'drain' ? 1 : 0;
					statements.workers.setDraining.run(draining, id);
					worker.row = {...worker.row, draining};
					books.fresh.add(id);
					break;
				}

				case 'stop': {
					const {link} = worker;
					desk.after(() => {
						link?.stop({drain: false});
					});
					break;
				}

				case 'forget': {
					// Old invocations name it: its row stays, out of sight.
					statements.workers.hide.run(id);
					dismiss(books.fleet, worker);
					books.eligible.clear();
					break;
				}
			}

			desk.changes().workers.add(id);
		}

		return {changed: workers.length};
	};

export const setWorkerGroups =
	(name: string, groups: readonly string[] | undefined): Operation<WorkerId> =>
	(turn) => {
		const {desk, books, statements} = turn;
		const worker = findWorker(books.fleet, name);
		desk.remember({groups: worker.row.groups_override});
		desk.touch();
		const override = groups === undefined ? null : JSON.stringify(groups);
		statements.workers.setGroups.run(override, worker.row.id);
		worker.row = {...worker.row, groups_override: override};
		worker.offer = offerOf(worker.row);
		books.eligible.clear();
		books.fresh.add(worker.row.id);
		desk.changes().workers.add(worker.row.id);
		return worker.row.id;
	};
