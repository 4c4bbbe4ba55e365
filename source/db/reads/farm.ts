import type {NodeId} from '../../core/ids.js';
import type {Connection} from '../open.js';

export type JournalRow = {
	readonly id: number;
	readonly at: number;
	readonly client: string;
	readonly user: string;
	readonly address: string;
	readonly method: string;
	readonly params: string;
	readonly before: string | null;
};

export const farmReads = (reader: Connection) => ({
	/** Newest first. */
	journal: reader.prepare<[number, number], JournalRow>(
		'SELECT * FROM journal WHERE id < ? ORDER BY id DESC LIMIT ?',
	),
	/** Deleted nodes too: dead tasks and old invocations name them. */
	nodeName: reader.prepare<[NodeId], {name: string}>(
		'SELECT name FROM nodes WHERE id = ?',
	),
});
