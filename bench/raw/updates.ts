import path from 'node:path';
import {openDurable} from './durable-database.js';

const rowsPerTransaction = 1000;

/** Prepared single-row UPDATEs a second, 1,000 a transaction, over `rows` rows; each row is visited `visits` times. */
export const updatesPerSecond = (
	folder: string,
	{rows, visits}: {readonly rows: number; readonly visits: number},
): number => {
	const connection = openDurable(path.join(folder, `raw-updates-${rows}.db`));
	try {
		connection.exec(
			`DROP TABLE IF EXISTS items; CREATE TABLE items (id INTEGER PRIMARY KEY, node INTEGER NOT NULL, state TEXT NOT NULL, attributes TEXT NOT NULL);
			INSERT INTO items WITH RECURSIVE counted (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM counted WHERE n < ${rows}) SELECT n, 0, 'waiting', '{"frame":' || n || '}' FROM counted;`,
		);
		const update = connection.prepare<[number, string, number]>(
			'UPDATE items SET node = ?, state = ? WHERE id = ?',
		);
		const updateMany = connection.transaction(
			(from: number, to: number, node: number) => {
				for (let id = from; id <= to; id += 1) {
					update.run(node, 'done', id);
				}
			},
		);
		const begun = performance.now();
		for (let node = 1; node <= visits; node += 1) {
			for (let from = 1; from <= rows; from += rowsPerTransaction) {
				updateMany(from, Math.min(rows, from + rowsPerTransaction - 1), node);
			}
		}

		return (rows * visits * 1000) / (performance.now() - begun);
	} finally {
		connection.close();
	}
};
