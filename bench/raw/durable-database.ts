import Database from 'better-sqlite3';

/** A database with the settings that a farm's has, to see what the machine gives. */
export const openDurable = (file: string): Database.Database => {
	const connection = new Database(file);
	connection.pragma('journal_mode = WAL');
	connection.pragma('synchronous = FULL');
	connection.pragma('cache_size = -32768');
	return connection;
};
