import {parentPort, workerData} from 'node:worker_threads';
import Database from 'better-sqlite3';

/** Pages that are in the WAL, and how many of them are in the database too. */
export type CheckpointAnswer = {
	readonly log: number;
	readonly checkpointed: number;
};

const connection = new Database(String(workerData), {timeout: 0});
// What is given back to the database is on the disk before the WAL is used again.
connection.pragma('synchronous = FULL');
connection.pragma('wal_autocheckpoint = 0');

parentPort?.on('message', () => {
	// As far as readers let it, and in nobody's way.
	const [answer] = connection.pragma('wal_checkpoint(PASSIVE)') as readonly [
		CheckpointAnswer,
	];
	parentPort?.postMessage(answer);
});
