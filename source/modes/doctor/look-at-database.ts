import fs from 'node:fs';
import path from 'node:path';
import {chooseDatabase} from '../../config/database-choice.js';
import type {Host} from '../../config/host.js';
import type {Loaded} from '../../config/load.js';
import type {SchedulerSettings} from '../../config/scheduler-settings.js';
import {whyNotWritable} from '../../config/writable-folder.js';
import {FarmError} from '../../core/errors.js';
import {lockDatabase} from '../../db/lock.js';
import {schemaVersion} from '../../db/expect-own.js';
import {migrations} from '../../db/migrations/list.js';
import {openToRead, type Connection} from '../../db/open.js';
import {humanBytes} from '../human.js';
import {runningSchedulers} from '../running-schedulers.js';
import {withoutPassword} from '../without-password.js';
import {fail, ok, warn, type Finding} from './finding.js';
import {freeSpace} from './free-space.js';

/** Above this a look at every page takes too long for a check in passing. */
const longestCheckBytes = 2 * 1024 ** 3;

/** The database that a scheduler would serve here. */
export const lookAtDatabase = async (
	host: Host,
	{settings, inForce, configuration}: Loaded<SchedulerSettings>,
): Promise<Finding[]> => {
	try {
		const choice = chooseDatabase({
			settings,
			inForce,
			folder: configuration.folder,
			host,
		});
		if (choice.kind === 'url') {
			return [
				ok(
					'database',
					`${withoutPassword(choice.url)}: a server, not looked at`,
				),
			];
		}

		const folder = path.dirname(choice.path);
		return [
			await content(host, choice.path),
			await writability(choice.path),
			await freeSpace('database space', folder, 'the database'),
		];
	} catch (error) {
		if (error instanceof FarmError) {
			return [
				fail(
					'database',
					error.message,
					'"lifeblood db list" shows what there is',
				),
			];
		}

		throw error;
	}
};

const content = async (host: Host, file: string): Promise<Finding> => {
	const found = fs.statSync(file, {throwIfNoEntry: false});
	if (found === undefined) {
		return ok('database', `${file} is not there yet; a scheduler makes it`);
	}

	const served = await servedBy(host, file);
	let connection: Connection | undefined;
	try {
		connection = openToRead(file);
		const version = schemaVersion(connection);
		if (version > migrations.length) {
			return fail(
				'database',
				`${file} was written by a newer lifeblood (schema ${version}, known ${migrations.length})`,
				'update this program, or serve another database',
			);
		}

		if (found.size > longestCheckBytes) {
			return ok(
				'database',
				`${file}, ${humanBytes(found.size)}, ${served}; too large to be looked through here ("lifeblood db check" does)`,
			);
		}

		const [fault] = connection
			.prepare<never[], {quick_check: string}>('PRAGMA quick_check(1)')
			.all();
		return fault?.quick_check === 'ok'
			? ok('database', `${file}, ${humanBytes(found.size)}, sound, ${served}`)
			: fail(
					'database',
					`${file} is damaged: ${fault?.quick_check ?? 'nothing is told'}`,
					'restore a backup, or try to save what is left with "sqlite3 FILE .recover"',
				);
	} catch (error) {
		return fail(
			'database',
			error instanceof Error ? error.message : String(error),
			'a scheduler cannot serve it as it is',
		);
	} finally {
		connection?.close();
	}
};

const servedBy = async (host: Host, file: string): Promise<string> => {
	const running = await runningSchedulers(host);
	const real = fs.realpathSync(file);
	const scheduler = running.find((entry) => entry.database === real);
	if (scheduler !== undefined) {
		return `served by process ${scheduler.pid}`;
	}

	if (!fs.existsSync(`${real}.lock`)) {
		return 'served by nobody';
	}

	try {
		lockDatabase(real).release();
		return 'served by nobody';
	} catch {
		return 'served by a scheduler that left no word here';
	}
};

const writability = async (file: string): Promise<Finding> => {
	const folder = path.dirname(file);
	const refusal = await whyNotWritable(folder);
	if (refusal !== undefined) {
		return fail(
			'database folder',
			`${folder} cannot be written (${refusal})`,
			'make it writable, or choose another place with --db or [scheduler.database]',
		);
	}

	try {
		if (fs.existsSync(file)) {
			fs.accessSync(file, fs.constants.R_OK | fs.constants.W_OK); // eslint-disable-line no-bitwise -- how Node wants it
		}

		return ok('database folder', `${folder} can be written`);
	} catch {
		return fail(
			'database folder',
			`${file} cannot be written by this user`,
			'change its owner or its mode',
		);
	}
};
