import type {Connection} from '../open.js';

export const farmStatements = (connection: Connection) => ({
	get: connection.prepare<[string], {value: string}>(
		'SELECT value FROM farm WHERE key = ?',
	),
	put: connection.prepare<[string, string]>(
		'INSERT INTO farm (key, value) VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value',
	),
	limits: connection.prepare<[], {name: string; total: number}>(
		'SELECT name, total FROM limits ORDER BY name',
	),
	putLimit: connection.prepare<[string, number]>(
		'INSERT INTO limits (name, total) VALUES (?, ?) ON CONFLICT DO UPDATE SET total = excluded.total',
	),
	deleteLimit: connection.prepare<[string]>(
		'DELETE FROM limits WHERE name = ?',
	),
	addToJournal: connection.prepare<
		[
			{
				at: number;
				client: string;
				user: string;
				address: string;
				method: string;
				params: string;
				before: string | null;
			},
		]
	>(
		'INSERT INTO journal (at, client, user, address, method, params, before) VALUES (@at, @client, @user, @address, @method, @params, @before)',
	),
	answer: connection.prepare<[string], {result: string}>(
		'SELECT result FROM answers WHERE request_id = ?',
	),
	putAnswer: connection.prepare<[string, number, string]>(
		'INSERT INTO answers (request_id, at, result) VALUES (?, ?, ?)',
	),
	/** The oldest of them, no more than so many. */
	forgetAnswersBefore: connection.prepare<[before: number, most: number]>(
		'DELETE FROM answers WHERE request_id IN (SELECT request_id FROM answers INDEXED BY answers_by_age WHERE at < ? ORDER BY at LIMIT ?)',
	),
});
