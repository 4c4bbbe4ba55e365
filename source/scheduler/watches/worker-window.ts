import {freeOn, type Fleet, type FleetWorker} from '../fleet.js';
import {isoTime} from '../views/iso-time.js';
import {workerShapeOf, workerState} from '../views/worker-shape.js';
import {orderAmong} from './order-among.js';
import type {Source, SourceContext, WatchParams} from './source.js';

const orders = ['name', 'host', 'state', 'type'] as const;

/** A worker is heard every few seconds; that alone is no news. */
const heardStepMs = 10_000;

/** Cores in all, and those that are free, of the workers that are here; what else a worker offers is in its row. */
const addCpus = (
	counts: Record<string, number>,
	fleet: Fleet,
	worker: FleetWorker,
): void => {
	if (!worker.link) {
		return;
	}

	const free = Math.max(0, freeOn(fleet, worker).cpus);
	counts['cpus'] = rounded((counts['cpus'] ?? 0) + worker.offer.total.cpus);
	counts['cpus_free'] = rounded((counts['cpus_free'] ?? 0) + free);
};

const rounded = (amount: number): number => Math.round(amount * 1e6) / 1e6;

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
	const key = (worker: FleetWorker): string | number => {
		switch (by) {
			case 'id': {
				return worker.row.id;
			}

			case 'state': {
				return workerState(worker);
			}

			case 'name':
			case 'host':
			case 'type': {
				return worker.row[by];
			}
		}
	};

	return {
		read() {
			const {fleet} = books();
			const counts: Record<string, number> = {};
			const found: Array<{
				readonly worker: FleetWorker;
				readonly key: string | number;
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
				addCpus(counts, fleet, worker);
				found.push({worker, key: key(worker)});
			}

			const sign = descending ? -1 : 1;
			found.sort((a, b) =>
				a.key === b.key
					? a.worker.row.id - b.worker.row.id
					: a.key < b.key
						? -sign
						: sign,
			);
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
				counts: {...counts, total: found.length},
			};
		},
		isTouchedBy: (changes) =>
			changes.workers.size > 0 || changes.invocations.size > 0,
		isTouchedByProgress: () => false,
	};
};
