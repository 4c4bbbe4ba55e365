import type {GroupId} from '../../core/ids.js';
import type {Connection} from '../open.js';
import type {GroupRow} from '../queries/groups.js';
import {byOrder} from './by-order.js';
import {containing} from './task-runs.js';
import type {Run} from './walk.js';

export type GroupConditions = {
	/** A glob pattern. */
	readonly name?: string | undefined;
	/** A part of the name; case does not matter. */
	readonly text?: string | undefined;
	/** Archived ones too. */
	readonly archived: boolean;
};

/** Columns that a list may be sorted by. */
export const groupOrders = [
	'name',
	'state',
	'progress',
	'running',
	'error',
	'done',
	'total',
	'paused',
	'priority',
	'creator',
] as const;
export type GroupOrder = (typeof groupOrders)[number];

const count = (state: string): string =>
	`ifnull(groups.counts ->> '$.${state}', 0)`;
const running = `(${count('invoking')} + ${count('in_progress')})`;
const done = `(${count('done')} + ${count('dead')})`;

/** What there is none of is no key: it comes last. */
const sortKeys: Readonly<Record<GroupOrder, string>> = {
	name: 'groups.name',
	// The most urgent first, as its glyph tells.
	state: `CASE WHEN archived THEN 6 WHEN ${count('error')} > 0 THEN 1 WHEN ${running} > 0 THEN 2
		WHEN ${count('paused')} > 0 THEN 3 WHEN ${done} < ${count('total')} THEN 4 ELSE 5 END`,
	progress: `1.0 * ${done} / nullif(${count('total')}, 0)`,
	running: `nullif(${running}, 0)`,
	error: `nullif(${count('error')}, 0)`,
	done: `nullif(${done}, 0)`,
	total: count('total'),
	paused: `nullif(${count('paused')}, 0)`,
	priority: 'groups.priority',
	creator: "nullif(groups.creator, '')",
};

type Values = {
	readonly name: string;
	readonly text: string;
	readonly from: number;
	readonly limit: number;
};

export const groupReads = (reader: Connection) => {
	const runs = new Map<
		string,
		ReturnType<typeof reader.prepare<[Values], {id: number; hit: 0 | 1}>>
	>();
	return {
		get: reader.prepare<[GroupId], GroupRow>(
			'SELECT * FROM groups WHERE id = ?',
		),
		byName: reader.prepare<[string], GroupRow>(
			'SELECT * FROM groups WHERE name = ?',
		),
		/** In the order of the ids given. */
		listed: reader.prepare<[string], GroupRow>(
			'SELECT groups.* FROM json_each(?) AS wanted CROSS JOIN groups ON groups.id = wanted.value ORDER BY wanted.key',
		),
		/** What these are sorted by. */
		keyed: byOrder((order: GroupOrder) =>
			reader.prepare<[string], {id: GroupId; key: string | number | null}>(
				`SELECT groups.id AS id, ${sortKeys[order]} AS key FROM json_each(?) AS wanted CROSS JOIN groups ON groups.id = wanted.value`,
			),
		),
		/** How many there are, counted up to a bound. */
		count: reader.prepare<[number], {count: number}>(
			'SELECT count(*) AS count FROM (SELECT 1 FROM groups INDEXED BY groups_listed WHERE archived = 0 LIMIT ?)',
		),
		run(
			{name, text, archived}: GroupConditions,
			{descending}: {readonly descending: boolean},
		): Run {
			const hit = [
				'1',
				...(name === undefined ? [] : ['name GLOB @name']),
				...(text === undefined ? [] : [String.raw`name LIKE @text ESCAPE '\'`]),
			];
			const sql = `SELECT id, (${hit.join(' AND ')}) AS hit FROM groups ${archived ? 'WHERE' : 'INDEXED BY groups_listed WHERE archived = 0 AND'}
				id ${descending ? '<' : '>'} @from ORDER BY id ${descending ? 'DESC' : 'ASC'} LIMIT @limit`;
			let statement = runs.get(sql);
			if (!statement) {
				statement = reader.prepare(sql);
				runs.set(sql, statement);
			}

			const compiled = statement;
			return (from, limit) =>
				compiled.all({
					name: name ?? '',
					text: containing(text ?? ''),
					from,
					limit,
				});
		},
	};
};
