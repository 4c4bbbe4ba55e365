import {writtenCapabilities} from '../../core/capabilities.js';
import {coresOf, freeOn, type Fleet, type FleetWorker} from '../fleet.js';
import {isoTime} from '../views/iso-time.js';
import {workerShapeOf, workerState} from '../views/worker-shape.js';
import {orderAmong} from './order-among.js';
import {comparing, type SortKey} from './sort-ids.js';
import type {Source, SourceContext, WatchParams} from './source.js';

const orders = [
	'name',
	'host',
	'type',
	'state',
	'running',
	'cpus',
	'memory',
	'gpus',
	'groups',
	'capabilities',
	'seen',
	'version',
] as const;
type WorkerOrder = (typeof orders)[number] | 'id';

/** A worker is heard every few seconds; that alone is no news. */
const heardStepMs = 10_000;

/** Cores in all, and those that are free, of the workers that are here; what else a worker offers is in its row. */
const cpusOf = (
	fleet: Fleet,
	workers: readonly FleetWorker[],
): Record<string, number> => {
	const here = workers.filter(({link}) => link !== undefined);
	if (here.length === 0) {
		return {};
	}

	const {total, free} = coresOf(fleet, here);
	return {cpus: total, cpus_free: free};
};

/** A window of workers; by name, where nothing else is asked for. Of the filter, `text` matters: a part of the name or host. */
export const workerWindow = (
	{context: {books}}: SourceContext,
	params: WatchParams,
): Source => {
	const {by, descending} = orderAmong(
		'Workers',
		orders,
		params.order ?? {by: 'name', descending: false},
	);
	const text = params.filter?.text?.toLowerCase() ?? '';
	return {
		read() {
			const {fleet} = books();
			const counts: Record<string, number> = {};
			const found: Array<{
				readonly worker: FleetWorker;
				readonly id: number;
				readonly key: SortKey;
			}> = [];
			for (const worker of fleet.workers.values()) {
				const {name, host} = worker.row;
				if (
					text !== '' &&
					!name.toLowerCase().includes(text) &&
					!host.toLowerCase().includes(text)
				) {
					continue;
				}

				const state = workerState(worker);
				counts[state] = (counts[state] ?? 0) + 1;
				found.push({
					worker,
					id: worker.row.id,
					key: keyOf(fleet, worker, by),
				});
			}

			found.sort(comparing(descending));
			const {offset, limit} = params.window;
			return {
				rows: found.slice(offset, offset + limit).map(({worker}) => {
					const shape = workerShapeOf(fleet, worker);
					const heard = Date.parse(shape.last_seen);
					return worker.link
						? {
								...shape,
								last_seen: isoTime(heard - (heard % heardStepMs)),
							}
						: shape;
				}),
				counts: {
					...counts,
					...cpusOf(
						fleet,
						found.map(({worker}) => worker),
					),
					total: found.length,
				},
			};
		},
		isTouchedBy: (changes) =>
			changes.workers.size > 0 || changes.invocations.size > 0,
		isTouchedByProgress: () => false,
	};
};

/** What a worker is sorted by: of what it offers, the part that is in use. */
const keyOf = (fleet: Fleet, worker: FleetWorker, by: WorkerOrder): SortKey => {
	const {row, offer, invocations, link} = worker;
	const used = (name: keyof typeof offer.total): SortKey =>
		link && offer.total[name] > 0
			? 1 - freeOn(fleet, worker)[name] / offer.total[name]
			: null;
	switch (by) {
		case 'id': {
			return row.id;
		}

		case 'state': {
			return workerState(worker);
		}

		case 'name':
		case 'host':
		case 'type':
		case 'version': {
			return row[by];
		}

		case 'running': {
			return invocations.size === 0 ? null : invocations.size;
		}

		case 'cpus':
		case 'gpus': {
			return used(by);
		}

		case 'memory': {
			return used('memory_bytes');
		}

		case 'groups': {
			return offer.groups.length === 0 ? null : offer.groups.join(', ');
		}

		case 'capabilities': {
			const names = Object.keys(writtenCapabilities(offer.capabilities));
			return names.length === 0 ? null : names.join(', ');
		}

		case 'seen': {
			return link ? Number.MAX_SAFE_INTEGER : row.last_seen_at;
		}
	}
};
