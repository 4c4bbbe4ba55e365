import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import test from 'ava';
import {execa} from 'execa';
import {openDatabase} from '../source/db/open.js';
import {testWhere} from './helpers/test-where.js';

const isRoot = process.getuid?.() === 0;

/** Permissions do not keep root out; an attribute of the file does, where the file system has it. */
const setWritable = async (
	file: string,
	isWritable: boolean,
): Promise<boolean> => {
	if (isRoot) {
		const {failed} = await execa('chattr', [isWritable ? '-i' : '+i', file], {
			reject: false,
		});
		return !failed;
	}

	await fs.chmod(file, isWritable ? 0o600 : 0o400);
	return true;
};

/** Whether this file system has what keeps root from writing. */
const canKeepOut = async (): Promise<boolean> => {
	const folder = await fs.mkdtemp(path.join(os.tmpdir(), 'lifeblood-test-'));
	const file = path.join(folder, 'probe');
	await fs.writeFile(file, '');
	const isPossible = await setWritable(file, false);
	await setWritable(file, true);
	await fs.rm(folder, {recursive: true});
	return isPossible;
};

const hindrance = (await canKeepOut())
	? undefined
	: 'nothing keeps this user from writing here';

testWhere(
	hindrance,
	'a database that cannot be written is refused, and served when it can',
	async (t) => {
		const folder = await fs.mkdtemp(path.join(os.tmpdir(), 'lifeblood-test-'));
		const file = path.join(folder, 'farm.db');
		t.teardown(async () => {
			await setWritable(file, true);
			await fs.rm(folder, {recursive: true});
		});
		const {id, close} = await openDatabase(file);
		close();
		await setWritable(file, false);
		await t.throwsAsync(openDatabase(file), {
			code: 'STORAGE',
			message: /cannot be opened or written/v,
		});
		await setWritable(file, true);
		const again = await openDatabase(file);
		t.is(again.id, id);
		again.close();
	},
);
