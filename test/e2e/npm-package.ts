import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import {fileURLToPath} from 'node:url';
import test, {type ExecutionContext} from 'ava';
import {execa} from 'execa';
import {z} from 'zod';
import {createFarm} from '../helpers/farm-process.js';
import {shell} from '../helpers/run-account.js';
import {openTerminal} from '../helpers/terminal.js';

const root = fileURLToPath(new URL('../..', import.meta.url));

const packageShape = z.object({
	bin: z.record(z.string(), z.string()),
	dependencies: z.record(z.string(), z.string()),
});

/** What npm would publish, as it was built. */
const packInto = async (folder: string): Promise<string> => {
	await execa(
		'npm',
		['pack', '--ignore-scripts', '--pack-destination', folder],
		{cwd: root},
	);
	const [archive] = fs.readdirSync(folder);
	await execa('tar', ['-xzf', archive ?? ''], {cwd: folder});
	return path.join(folder, 'package');
};

const temporaryFolder = (t: ExecutionContext): string => {
	const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'lifeblood-npm-'));
	t.teardown(() => {
		fs.rmSync(folder, {recursive: true, force: true});
	});
	return folder;
};

test('the package for npm holds what runs, and nothing else', async (t) => {
	const files = fs
		.readdirSync(await packInto(temporaryFolder(t)), {
			recursive: true,
			withFileTypes: true,
		})
		.filter((entry) => entry.isFile())
		.map((entry) =>
			path
				.join(entry.parentPath, entry.name)
				.replace(/^.*?\/package\//v, '')
				.replaceAll('\\', '/'),
		);
	t.deepEqual(
		files.filter(
			(file) =>
				!/^dist\/(?:demo\/)?[\w\-.]+\.js$/v.test(file) &&
				!/^dist\/python\/lifeblood_\w+\.py$/v.test(file),
		),
		files.filter((file) =>
			[
				'README.md',
				'dist/licences.txt',
				'dist/quickjs.wasm',
				'license',
				'package.json',
			].includes(file),
		),
	);
	for (const file of [
		'README.md',
		'license',
		'dist/lifeblood.js',
		'dist/quickjs.wasm',
		'dist/python/lifeblood_connection.py',
		'dist/python/lifeblood_client.py',
		'dist/demo/render-frame.js',
	]) {
		t.true(files.includes(file), `${file} is there`);
	}
});

test('beside the packages that it depends on, and no other, the package for npm runs a farm and its viewer', async (t) => {
	const folder = temporaryFolder(t);
	const modules = path.join(folder, 'node_modules');
	fs.mkdirSync(modules);
	const installed = path.join(modules, 'lifeblood');
	const packed = fs.mkdtempSync(path.join(folder, 'packed-'));
	fs.renameSync(await packInto(packed), installed);
	const {bin, dependencies} = packageShape.parse(
		JSON.parse(fs.readFileSync(path.join(installed, 'package.json'), 'utf8')),
	);
	// As npm would put them there; what they depend on themselves is found where they are.
	for (const name of Object.keys(dependencies)) {
		fs.symlinkSync(
			path.join(root, 'node_modules', name),
			path.join(modules, name),
		);
	}

	const file = path.join(installed, bin['lifeblood'] ?? '');
	t.true(fs.statSync(file).mode % 0o10 === 0o5, 'everybody may run it');
	const farm = createFarm(t, {run: [process.execPath, file]});
	await farm.scheduler();
	await farm.worker();
	await farm.graph({
		run: {
			type: 'command',
			parameters: {
				command: [
					...shell('lifeblood job attr set "sum:=$1"').command,
					{arg: 'sh'},
					{arg: {expr: 'attr.n + 1'}},
				],
			},
		},
	});
	const id = await farm.submit('run', {attributes: {n: 6}});
	t.like(await farm.rest(id, 60), {errors: 0});
	t.like(await farm.task(id), {attributes: {n: 6, sum: 7}});

	const terminal = await openTerminal(t, {
		farm,
		words: ['view'],
		run: [process.execPath, file],
	});
	await terminal.shows('live', 30_000);
	await terminal.press('2');
	await terminal.shows(/┃ run/v, 30_000);
	await terminal.press('q');
	t.is(await terminal.ended(), 0);
});
