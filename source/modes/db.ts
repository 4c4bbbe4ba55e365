import fs from 'node:fs';
import path from 'node:path';
import {
	chooseDatabase,
	isLocation,
	knownDatabase,
	type DatabaseChoice,
} from '../config/database-choice.js';
import {setInFile} from '../config/edit-toml.js';
import {absolute, dataFolder} from '../config/folders.js';
import {thisHost, type Host} from '../config/host.js';
import {loadSchedulerConfig, schemas, type Loaded} from '../config/load.js';
import type {SchedulerSettings} from '../config/scheduler-settings.js';
import {configTemplate} from '../config/template.js';
import {FarmError} from '../core/errors.js';
import {didYouMean} from '../core/nearest.js';
import {backupDatabase} from '../db/backup.js';
import {checkDatabase} from '../db/check.js';
import {expectFarm, expectKnown, schemaVersion} from '../db/expect-own.js';
import {migrations} from '../db/migrations/list.js';
import {openDatabase, openToRead, type Connection} from '../db/open.js';
import {asStorageError} from '../db/storage-error.js';
import type {CommandContext, ExitStatus} from './context.js';
import {counted, humanBytes} from './human.js';
import {runningSchedulers} from './running-schedulers.js';
import {detailLines, tableLines} from './table.js';
import {withoutPassword} from './without-password.js';

type Setup = {
	readonly context: CommandContext;
	readonly host: Host;
	readonly loaded: Loaded<SchedulerSettings>;
};

/** `db list|use|create|backup|check|prune|info`. */
export const run = async (context: CommandContext): Promise<ExitStatus> => {
	const host = thisHost();
	const loaded = await loadSchedulerConfig({
		host,
		configDirectory: context.flags.text('config-dir'),
	});
	const setup = {context, host, loaded};
	switch (context.command) {
		case 'db list': {
			return list(setup);
		}

		case 'db use': {
			return use(setup);
		}

		case 'db create': {
			return create(setup);
		}

		case 'db backup': {
			return backup(setup);
		}

		case 'db prune': {
			const {prune} = await import('./prune.js');
			return prune(context, {file: fileOf(setup), settings: loaded.settings});
		}

		case 'db check': {
			return check(setup);
		}

		default: {
			return info(setup);
		}
	}
};

const list = async ({context, host, loaded}: Setup): Promise<ExitStatus> => {
	const {flags, output} = context;
	const {folder} = loaded.configuration;
	const inUse = chosen({context, host, loaded}, undefined);
	const names = Object.keys(loaded.settings.scheduler.databases);
	const choices = names.flatMap(
		(name) =>
			knownDatabase({settings: loaded.settings, folder, host}, name) ?? [],
	);
	// What is served without a name is a known database all the same.
	const all = choices.some((choice) => choice.name === inUse.name)
		? choices
		: [...choices, inUse];
	const running = await runningSchedulers(host);
	const rows = all.map((choice) => {
		const place = placeOf(choice);
		const found =
			choice.kind === 'file'
				? fs.statSync(choice.path, {throwIfNoEntry: false})
				: undefined;
		return {
			name: choice.name ?? null,
			path: place,
			in_use: place === placeOf(inUse),
			exists: choice.kind === 'url' ? null : found !== undefined,
			bytes: found?.size ?? null,
			served:
				choice.kind === 'file' &&
				running.some(
					(entry) => realPath(entry.database) === realPath(choice.path),
				),
		};
	});
	if (flags.toggle('json') === true) {
		output.printJson(rows);
		return 0;
	}

	const lines = tableLines(
		[
			{title: ''},
			{title: 'name'},
			{title: 'size', align: 'right'},
			{title: 'state'},
			{title: 'path'},
		],
		rows.map((row) => [
			row.in_use ? '*' : '',
			row.name ?? '',
			row.bytes === null ? '' : humanBytes(row.bytes),
			row.served ? 'served' : row.exists === false ? 'not there yet' : '',
			row.path,
		]),
		undefined,
	);
	output.print(lines.join('\n'));
	return 0;
};

const use = async ({context, host, loaded}: Setup): Promise<ExitStatus> => {
	const [name = ''] = context.arguments;
	const {databases} = loaded.settings.scheduler;
	if (!Object.hasOwn(databases, name)) {
		throw new FarmError(
			'NOT_FOUND',
			`There is no database named "${name}"${didYouMean(name, Object.keys(databases))} \`lifeblood db create ${isLocation(name) ? `NAME ${name}` : name}\` makes one.`,
		);
	}

	await setSetting(loaded, ['scheduler', 'database', 'path'], name);
	const after = await loadSchedulerConfig({
		host,
		configDirectory: context.flags.text('config-dir'),
	});
	const place = placeOf(chosen({context, host, loaded: after}, undefined));
	warnIfOverruled(context, after);
	if (context.flags.toggle('json') === true) {
		context.output.printJson({name, path: place});
	} else {
		context.output.print(
			`A scheduler that is started without --db serves ${name} (${place}) from now on.`,
		);
	}

	return 0;
};

const create = async ({context, host, loaded}: Setup): Promise<ExitStatus> => {
	const [name = '', place] = context.arguments;
	if (name === '' || isLocation(name)) {
		throw new FarmError(
			'INVALID',
			`"${name}" is no name for a database: use a word, and give the file after it.`,
		);
	}

	const file =
		place === undefined
			? path.join(dataFolder(host), `${name}.db`)
			: absolute(host, place);
	const known = knownDatabase(
		{settings: loaded.settings, folder: loaded.configuration.folder, host},
		name,
	);
	if (
		known !== undefined &&
		(known.kind !== 'file' || realPath(known.path) !== realPath(file))
	) {
		throw new FarmError(
			'CONFLICT',
			`There is a database named "${name}" already (${placeOf(known)}): choose another name.`,
		);
	}

	const isThere = fs.existsSync(file);
	const database = await openDatabase(file);
	const {id} = database;
	database.close();
	if (known === undefined) {
		await setSetting(loaded, ['scheduler', 'databases', name], file);
	}

	if (context.flags.toggle('json') === true) {
		context.output.printJson({name, path: file, id, created: !isThere});
	} else {
		context.output.print(
			`${isThere ? 'There is a database in' : 'A database was created in'} ${file}, and is known as ${name}; \`lifeblood db use ${name}\` makes it the one that is served.`,
		);
	}

	return 0;
};

const backup = async (setup: Setup): Promise<ExitStatus> => {
	const {context, host} = setup;
	const {flags, output} = context;
	const from = fileOf(setup);
	const to = absolute(host, context.arguments[0] ?? '');
	const bytes = await backupDatabase(from, to);
	if (flags.toggle('json') === true) {
		output.printJson({database: from, backup: to, bytes});
	} else {
		output.print(
			`${from} was copied to ${to} (${humanBytes(bytes)}). Logs of invocations are files beside the database, and are not in the copy.`,
		);
	}

	return 0;
};

const check = async (setup: Setup): Promise<ExitStatus> => {
	const {flags, output} = setup.context;
	const file = fileOf(setup);
	const faults = reading(file, (connection) => {
		// What it would have to look for it cannot know.
		expectKnown(connection, file);
		return checkDatabase(connection);
	});
	if (flags.toggle('json') === true) {
		output.printJson({database: file, faults});
	} else if (faults.length === 0) {
		output.print(`${file} is sound.`);
	} else {
		for (const {what, message} of faults) {
			output.print(`${output.paint('red', what)}: ${message}`);
		}

		output.message(
			`lifeblood: ${file} has ${counted(faults.length, 'fault')}; keep a copy of it before anything else (lifeblood db backup)`,
		);
	}

	return faults.length === 0 ? 0 : 1;
};

const info = async (setup: Setup): Promise<ExitStatus> => {
	const {context, host} = setup;
	const {flags, output} = context;
	const file = fileOf(setup);
	const running = await runningSchedulers(host);
	const served = running.find(
		(entry) => realPath(entry.database) === realPath(file),
	);
	const content = reading(file, (connection) => ({
		id: text(connection, "SELECT value FROM farm WHERE key = 'database_id'"),
		schema: schemaVersion(connection),
		tasks: amounts(
			connection,
			'SELECT state AS name, count(*) AS n FROM tasks GROUP BY state ORDER BY state',
		),
		nodes: amount(connection, 'SELECT count(*) AS n FROM nodes'),
		groups: amount(connection, 'SELECT count(*) AS n FROM groups'),
		archived_groups: amount(
			connection,
			'SELECT count(*) AS n FROM groups WHERE archived = 1',
		),
		invocations: amount(connection, 'SELECT count(*) AS n FROM invocations'),
		workers: amount(connection, 'SELECT count(*) AS n FROM workers'),
	}));
	const json = {
		path: file,
		...content,
		bytes: sizeOf(file),
		wal_bytes: sizeOf(`${file}-wal`),
		served_by: served?.pid ?? null,
	};
	if (flags.toggle('json') === true) {
		output.printJson(json);
		return 0;
	}

	const tasks = Object.entries(content.tasks).map(
		([state, count]) => `${count} ${state}`,
	);
	output.print(
		detailLines([
			['database', file],
			['id', content.id],
			[
				'schema',
				`${content.schema}${content.schema > migrations.length ? `: written by a newer lifeblood, this one knows ${migrations.length}` : ''}`,
			],
			[
				'size',
				`${humanBytes(json.bytes)}, and ${humanBytes(json.wal_bytes)} not merged yet`,
			],
			[
				'served',
				served === undefined
					? 'by nobody on this machine'
					: `by process ${served.pid}, farm ${served.farm}`,
			],
			['tasks', tasks.length === 0 ? 'none' : tasks.join(', ')],
			[
				'groups',
				`${content.groups}, ${content.archived_groups} of them archived`,
			],
			['nodes', String(content.nodes)],
			['invocations', String(content.invocations)],
			['workers', String(content.workers)],
		]).join('\n'),
	);
	return 0;
};

const chosen = (
	{loaded, host}: Setup,
	database: string | undefined,
): DatabaseChoice =>
	chooseDatabase({
		settings: loaded.settings,
		inForce: loaded.inForce,
		folder: loaded.configuration.folder,
		host,
		chosen: database,
	});

/** The file of `--db`, else of the database that a scheduler would serve. */
const fileOf = (setup: Setup): string => {
	const choice = chosen(setup, setup.context.flags.text('db'));
	if (choice.kind === 'url') {
		throw new FarmError(
			'INVALID',
			`${placeOf(choice)} is a database server: use its own tools for that.`,
		);
	}

	return choice.path;
};

const placeOf = (choice: DatabaseChoice): string =>
	choice.kind === 'file' ? choice.path : withoutPassword(choice.url);

const setSetting = async (
	{file}: Loaded<SchedulerSettings>,
	setting: readonly string[],
	value: string,
): Promise<void> =>
	setInFile(file, {
		path: setting,
		value,
		initial: configTemplate('scheduler', schemas.scheduler),
	});

const warnIfOverruled = (
	{output}: CommandContext,
	{inForce}: Loaded<SchedulerSettings>,
): void => {
	const origin = inForce.find(
		(entry) => entry.path === 'scheduler.database.path',
	)?.origin;
	if (origin?.kind === 'environment') {
		output.message(
			`lifeblood: ${origin.variable} is set, and wins over the file`,
		);
	}
};

const reading = <Result>(
	file: string,
	look: (connection: Connection) => Result,
): Result => {
	const connection = openToRead(file);
	try {
		expectFarm(connection, file);
		return look(connection);
	} catch (error) {
		throw asStorageError(error, file);
	} finally {
		connection.close();
	}
};

const text = (connection: Connection, sql: string): string =>
	connection.prepare<never[], {value: string}>(sql).get()?.value ?? '';

const amount = (connection: Connection, sql: string): number =>
	connection.prepare<never[], {n: number}>(sql).get()?.n ?? 0;

const amounts = (connection: Connection, sql: string): Record<string, number> =>
	Object.fromEntries(
		connection
			.prepare<never[], {name: string; n: number}>(sql)
			.all()
			.map(({name, n}) => [name, n]),
	);

const sizeOf = (file: string): number =>
	fs.statSync(file, {throwIfNoEntry: false})?.size ?? 0;

const realPath = (file: string): string => {
	try {
		return fs.realpathSync(file);
	} catch {
		return path.resolve(file);
	}
};
