import type {GroupId} from '../../core/ids.js';
import type {Connection} from '../open.js';
import type {GroupRow} from '../queries/groups.js';
import {byOrder, type Direction} from './by-order.js';
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

/** Columns that a short list may be sorted by. */
export const groupOrders = ['name', 'priority', 'creator', 'created'] as const;
export type GroupOrder = (typeof groupOrders)[number];

const sortKeys: Readonly<Record<GroupOrder, string>> = {
	name: 'groups.name',
	priority: 'groups.priority',
	creator: 'groups.creator',
	created: 'groups.created_at',
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
		/** A stretch of a list of ids, in another order. */
		sorted: byOrder((order: GroupOrder, direction: Direction) =>
			reader.prepare<[string, number, number], {id: GroupId}>(
				`SELECT groups.id AS id FROM json_each(?) AS wanted CROSS JOIN groups ON groups.id = wanted.value
				ORDER BY ${sortKeys[order]} ${direction}, groups.id LIMIT ? OFFSET ?`,
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
