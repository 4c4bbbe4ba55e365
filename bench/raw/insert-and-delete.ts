import path from 'node:path';
import {openDurable} from './durable-database.js';

const rowsPerTransaction = 1000;

/** Seconds to insert so many rows and delete them again, with prepared statements, 1,000 a transaction. */
export const secondsToInsertAndDelete = (
	folder: string,
	rows: number,
): number => {
	const connection = openDurable(path.join(folder, `raw-rows-${rows}.db`));
	try {
		connection.exec(
			'DROP TABLE IF EXISTS items; CREATE TABLE items (id INTEGER PRIMARY KEY, state TEXT NOT NULL, attributes TEXT NOT NULL);',
		);
		const insert = connection.prepare<[number, string, string]>(
			'INSERT INTO items (id, state, attributes) VALUES (?, ?, ?)',
		);
		const remove = connection.prepare<[number]>(
			'DELETE FROM items WHERE id = ?',
		);
		const inBatches = (act: (id: number) => void): void => {
			const many = connection.transaction((from: number, to: number) => {
				for (let id = from; id <= to; id += 1) {
					act(id);
				}
			});
			for (let from = 1; from <= rows; from += rowsPerTransaction) {
				many(from, Math.min(rows, from + rowsPerTransaction - 1));
			}
		};

		const begun = performance.now();
		inBatches((id) => {
			insert.run(id, 'waiting', `{"frames":[${id}]}`);
		});
		inBatches((id) => {
			remove.run(id);
		});
		return (performance.now() - begun) / 1000;
	} finally {
		connection.close();
	}
};
