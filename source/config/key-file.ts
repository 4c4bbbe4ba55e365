import {randomBytes} from 'node:crypto';
import fs from 'node:fs/promises';
import path from 'node:path';
import process from 'node:process';
import {setTimeout as delay} from 'node:timers/promises';
import writeFileAtomic from 'write-file-atomic';
import {FarmError} from '../core/errors.js';
import {absolute} from './folders.js';
import type {Host} from './host.js';
import {reasonOf} from './writable-folder.js';

/** The keys in a farm's key file, as text; what the text means is no business of this file. */
export type StoredKeys = {
	readonly current: string;
	/** Keys that were rotated away and are still accepted for a while; newest first. */
	readonly previous: readonly PreviousKey[];
};

export type PreviousKey = {
	readonly key: string;
	/** Milliseconds since 1970, UTC. */
	readonly expires_at: number;
};

export type KeyFile =
	| {
			readonly kind: 'read';
			readonly keys: StoredKeys;
			/** One line each. */ readonly warnings: readonly string[];
	  }
	| {readonly kind: 'absent'};

/** `--key-file`, else `farm.key` in the configuration folder. */
export const keyFilePath = ({
	host,
	folder,
	keyFile,
}: {
	readonly host: Host;
	readonly folder: string;
	readonly keyFile?: string | undefined;
}): string =>
	keyFile === undefined || keyFile === ''
		? path.join(folder, 'farm.key')
		: absolute(host, keyFile);

/**
Read the keys. `now` (milliseconds since 1970) decides which previous ones still count.

@throws {FarmError} `INVALID` for a file that anyone on the machine may read, that is not a key file, or that cannot be read
*/
export const readKeyFile = async (
	file: string,
	now: number,
): Promise<KeyFile> => {
	try {
		const {mode} = await fs.stat(file);
		const content = await fs.readFile(file, 'utf8');
		const warnings = checkedMode(file, mode);
		return {kind: 'read', keys: parseKeys({file, content, now}), warnings};
	} catch (error) {
		if (error instanceof FarmError) {
			throw error;
		}

		if (isCode(error, 'ENOENT') || isCode(error, 'ENOTDIR')) {
			return {kind: 'absent'};
		}

		throw new FarmError(
			'INVALID',
			`The farm key file ${file} cannot be read (${reasonOf(error)}).`,
			{cause: error},
		);
	}
};

/**
Make the key file where there is none, with mode 0600, and give the keys that are in it: of any number of processes that do this at once, one makes it, and all get its key.

@throws {FarmError} `STORAGE` where it cannot be written; as `readKeyFile`
*/
export const createKeyFile = async (
	file: string,
	{makeKey, now}: {readonly makeKey: () => string; readonly now: number},
): Promise<{
	readonly keys: StoredKeys;
	readonly isNew: boolean;
	readonly warnings: readonly string[];
}> => {
	const found = await readKeyFile(file, now);
	if (found.kind === 'read') {
		return {keys: found.keys, isNew: false, warnings: found.warnings};
	}

	const keys: StoredKeys = {current: makeKey(), previous: []};
	try {
		await fs.mkdir(path.dirname(file), {recursive: true});
		if (await putIfAbsent(file, formatKeys(keys))) {
			return {keys, isNew: true, warnings: []};
		}
	} catch (error) {
		throw new FarmError(
			'STORAGE',
			`The farm key cannot be written to ${file} (${reasonOf(error)}): name another place with --key-file.`,
			{cause: error},
		);
	}

	const theirs = await readKeyFile(file, now);
	if (theirs.kind === 'absent') {
		throw new FarmError(
			'CONFLICT',
			`The farm key file ${file} was taken away while it was being made: try again.`,
		);
	}

	return {keys: theirs.keys, isNew: false, warnings: theirs.warnings};
};

/** Replace what is in the key file, at once and with mode 0600; it is made where there is none. */
export const writeKeyFile = async (
	file: string,
	keys: StoredKeys,
): Promise<void> => {
	try {
		await fs.mkdir(path.dirname(file), {recursive: true});
		await writeFileAtomic(file, formatKeys(keys), {mode: 0o600});
	} catch (error) {
		throw new FarmError(
			'STORAGE',
			`The farm key cannot be written to ${file} (${reasonOf(error)}).`,
			{cause: error},
		);
	}
};

/** After a change of key the old one is accepted for a day, in which every machine can be given the new one. */
const oldKeyMs = 24 * 60 * 60 * 1000;

/** The keys after a change of key. */
export const rotatedKeys = (
	keys: StoredKeys,
	{next, now}: {readonly next: string; readonly now: number},
): StoredKeys => ({
	current: next,
	previous: [
		{key: keys.current, expires_at: now + oldKeyMs},
		...keys.previous.filter((previous) => previous.expires_at > now),
	],
});

const checkedMode = (file: string, mode: number): string[] => {
	if (process.platform === 'win32') {
		return [];
	}

	// The bits of everyone else, and those of the group.
	if (mode % 0o10 !== 0) {
		throw new FarmError(
			'INVALID',
			`The farm key file ${file} is open to everyone on this machine (mode ${octal(mode)}): run "chmod 600 ${file}"; if others may have seen it, then "lifeblood key rotate".`,
		);
	}

	return mode % 0o100 === 0
		? []
		: [
				`${file}: the farm key is open to the file's group (mode ${octal(mode)}); "chmod 600 ${file}" closes it`,
			];
};

const octal = (mode: number): string =>
	(mode % 0o1000).toString(8).padStart(4, '0');

const heading =
	'# The key of a lifeblood farm. Whoever has it may do everything in the farm. Made by "lifeblood key create"; "lifeblood key rotate" changes it.';

const formatKeys = (keys: StoredKeys): string => {
	const lines = [
		heading,
		keys.current,
		...keys.previous.map(
			(previous) =>
				`old ${previous.key} until ${new Date(previous.expires_at).toISOString()}`,
		),
	];
	return `${lines.join('\n')}\n`;
};

const parseKeys = ({
	file,
	content,
	now,
}: {
	readonly file: string;
	readonly content: string;
	readonly now: number;
}): StoredKeys => {
	let current: string | undefined;
	const previous: PreviousKey[] = [];
	for (const [index, raw] of content.split('\n').entries()) {
		const line = raw.trim();
		if (line === '' || line.startsWith('#')) {
			continue;
		}

		const old = /^old (?<key>\S+) until (?<until>\S+)$/v.exec(line)?.groups;
		const expiresAt = old === undefined ? NaN : Date.parse(old['until'] ?? '');
		if (old?.['key'] !== undefined && !Number.isNaN(expiresAt)) {
			if (expiresAt > now) {
				previous.push({key: old['key'], expires_at: expiresAt});
			}
		} else if (current === undefined && !/\s/v.test(line)) {
			current = line;
		} else {
			// Never the line itself: there may be a key in it.
			throw new FarmError(
				'INVALID',
				`${file}:${index + 1}: this line is no farm key; restore the file, or move it away and run "lifeblood join" or "lifeblood key create".`,
			);
		}
	}

	if (current === undefined) {
		throw new FarmError(
			'INVALID',
			`The farm key file ${file} holds no key; move it away and run "lifeblood join" or "lifeblood key create".`,
		);
	}

	return {current, previous};
};

/** Whole or not at all, and never over another's: a link cannot replace a file, as a rename would. */
const putIfAbsent = async (file: string, content: string): Promise<boolean> => {
	const temporary = `${file}.${randomBytes(8).toString('hex')}`;
	try {
		const handle = await fs.open(temporary, 'wx', 0o600);
		try {
			await handle.writeFile(content);
			await handle.sync();
		} finally {
			await handle.close();
		}

		await fs.link(temporary, file);
		return true;
	} catch (error) {
		if (isCode(error, 'EEXIST')) {
			return false;
		}

		if (unlinkable.some((code) => isCode(error, code))) {
			return await putExclusively(file, content);
		}

		throw error;
	} finally {
		await fs.rm(temporary, {force: true});
	}
};

const unlinkable = ['EPERM', 'ENOSYS', 'ENOTSUP', 'EOPNOTSUPP', 'EMLINK'];

/** Where there are no hard links, as on FAT and some network shares: whoever makes the file writes it, and the others give that a moment. */
const putExclusively = async (
	file: string,
	content: string,
): Promise<boolean> => {
	try {
		await fs.writeFile(file, content, {flag: 'wx', mode: 0o600});
		return true;
	} catch (error) {
		if (!isCode(error, 'EEXIST')) {
			throw error;
		}

		for (let tries = 0; tries < 50; tries++) {
			// eslint-disable-next-line no-await-in-loop -- each look depends on time passing
			const found = await fs.readFile(file, 'utf8');
			if (found.endsWith('\n')) {
				break;
			}

			await delay(20); // eslint-disable-line no-await-in-loop -- likewise
		}

		return false;
	}
};

const isCode = (error: unknown, code: string): boolean =>
	error instanceof Error && 'code' in error && error.code === code;
