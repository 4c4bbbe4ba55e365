import type {Connection} from '../open.js';
import type {WorkerId} from '../../core/ids.js';
import type {WorkerType} from '../../core/requirements.js';

/** A row of `workers`; `groups`, `groups_override`, `capabilities` and `resources` as JSON text. */
export type WorkerRow = {
	id: WorkerId;
	name: string;
	machine_id: string;
	host: string;
	address: string;
	type: WorkerType;
	groups: string;
	groups_override: string | null;
	capabilities: string;
	resources: string;
	/** For tasks that name none; empty: it did not say. */
	resolver: string;
	version: string;
	draining: 0 | 1;
	last_seen_at: number;
};

export const workerStatements = (connection: Connection) => ({
	all: connection.prepare<[], WorkerRow>(
		'SELECT * FROM workers WHERE hidden = 0 ORDER BY id',
	),
	put: connection.prepare<
		[Omit<WorkerRow, 'id' | 'groups_override' | 'draining'>],
		WorkerRow
	>(
		`INSERT INTO workers (name, machine_id, host, address, type, groups, capabilities, resources, resolver, version, last_seen_at)
		VALUES (@name, @machine_id, @host, @address, @type, @groups, @capabilities, @resources, @resolver, @version, @last_seen_at)
		ON CONFLICT (name, machine_id) DO UPDATE SET host = excluded.host, address = excluded.address, type = excluded.type,
		groups = excluded.groups, capabilities = excluded.capabilities, resources = excluded.resources,
		resolver = excluded.resolver, version = excluded.version, hidden = 0, last_seen_at = excluded.last_seen_at
		RETURNING *`,
	),
	setDraining: connection.prepare<[0 | 1, WorkerId]>(
		'UPDATE workers SET draining = ? WHERE id = ?',
	),
	setGroups: connection.prepare<[string | null, WorkerId]>(
		'UPDATE workers SET groups_override = ? WHERE id = ?',
	),
	seen: connection.prepare<[number, WorkerId]>(
		'UPDATE workers SET last_seen_at = ? WHERE id = ?',
	),
	hide: connection.prepare<[WorkerId]>(
		'UPDATE workers SET hidden = 1 WHERE id = ?',
	),
});
