import {writtenCapabilities} from '../../core/capabilities.js';
import {FarmError} from '../../core/errors.js';
import {didYouMean} from '../../core/nearest.js';
import {workerId} from '../../core/ids.js';
import type {WorkerShape, WorkerState} from '../../net/messages/shapes.js';
import {freeOn, type Fleet, type FleetWorker} from '../fleet.js';
import {isoTime} from './iso-time.js';
import type {ViewContext} from './view-context.js';

export const listWorkers = ({
	books,
}: Pick<ViewContext, 'books'>): {readonly workers: WorkerShape[]} => {
	const {fleet} = books();
	return {
		workers: Array.from(fleet.workers.values(), (worker) =>
			workerShapeOf(fleet, worker),
		),
	};
};

/**
A worker by its name or id. Where several machines have one of that name, the one that is connected.

@throws {FarmError} `NOT_FOUND`, or `CONFLICT` where the name does not say which
*/
export const findWorker = (fleet: Fleet, wanted: string): FleetWorker => {
	const all = fleet.workers.values().toArray();
	const named = all.filter(({row}) => row.name === wanted);
	const connected = named.filter(({link}) => link !== undefined);
	const [found, another] = connected.length > 0 ? connected : named;
	if (found && another) {
		throw new FarmError(
			'CONFLICT',
			`Several workers are named "${wanted}": name it by its id, one of ${named.map(({row}) => row.id).join(', ')}.`,
		);
	}

	const byId = /^\d+$/v.test(wanted)
		? fleet.workers.get(workerId(Number(wanted)))
		: undefined;
	const worker = found ?? byId;
	if (!worker) {
		throw new FarmError(
			'NOT_FOUND',
			`There is no worker "${wanted}"${didYouMean(
				wanted,
				all.map(({row}) => row.name),
			)}`,
		);
	}

	return worker;
};

export const workerState = (worker: FleetWorker): WorkerState => {
	if (!worker.link) {
		return worker.lostAt === undefined ? 'off' : 'unreachable';
	}

	if (worker.error !== undefined) {
		return 'error';
	}

	if (worker.row.draining === 1 || worker.isStopping) {
		return 'draining';
	}

	return worker.invocations.size > 0 ? 'busy' : 'idle';
};

export const workerShapeOf = (
	fleet: Fleet,
	worker: FleetWorker,
): WorkerShape => {
	const {row, offer, link} = worker;
	const free = freeOn(fleet, worker);
	const amount = (name: keyof typeof free) => ({
		total: offer.total[name],
		free: Math.max(0, Math.round(free[name] * 1e6) / 1e6),
	});
	const state = workerState(worker);
	return {
		id: row.id,
		name: row.name,
		host: row.host,
		machine_id: row.machine_id,
		address: row.address,
		type: row.type,
		state,
		message: state === 'error' ? (worker.error ?? null) : null,
		groups: [...offer.groups],
		capabilities: writtenCapabilities(offer.capabilities),
		resources: {
			cpus: amount('cpus'),
			memory_bytes: amount('memory_bytes'),
			gpus: amount('gpus'),
			gpu_memory_bytes: amount('gpu_memory_bytes'),
		},
		running: [...worker.invocations],
		last_seen: isoTime(Math.max(row.last_seen_at, link?.lastHeardAt() ?? 0)),
		version: row.version,
	};
};
