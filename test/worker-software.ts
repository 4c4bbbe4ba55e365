import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {systemClock} from '../source/core/clock.js';
import type {Product} from '../source/worker/software/product.js';
import {scanSoftware} from '../source/worker/software/scan-software.js';
import {isRunning} from './helpers/farm-process.js';
import {until} from './helpers/until.js';

const tool = (folder: string, more: Partial<Product> = {}): Product => ({
	name: 'tool',
	label: 'Tool',
	programs: {linux: ['tool'], darwin: ['tool'], win32: ['tool']},
	places: {linux: [`${folder}/opt/tool*/bin/tool`], darwin: [], win32: []},
	ask: ['--version'],
	answer: /^Tool (?<version>\d+(?:\.\d+)*)/mv,
	...more,
});

const folderOf = async (t: ExecutionContext): Promise<string> => {
	const folder = await fs.realpath(
		await fs.mkdtemp(path.join(os.tmpdir(), 'lifeblood-software-')),
	);
	t.teardown(async () => {
		await fs.rm(folder, {recursive: true});
	});
	return folder;
};

const program = async (
	folder: string,
	place: string,
	text: string,
): Promise<string> => {
	const file = path.join(folder, place);
	await fs.mkdir(path.dirname(file), {recursive: true});
	await fs.writeFile(file, `#!/bin/sh\n${text}\n`, {mode: 0o755});
	return file;
};

const scan = async (
	product: Product,
	{
		searchPath = '/nowhere',
		limit = 5000,
		signal = new AbortController().signal,
	} = {},
) =>
	scanSoftware({
		products: [product],
		place: {
			system: 'linux',
			home: '/nowhere',
			environment: {PATH: `${searchPath}:/usr/bin:/bin`, DISPLAY: ':0'},
		},
		clock: systemClock,
		signal,
		limit,
	});

const pidsIn = async (file: string, count: number) =>
	until(
		async () => {
			const text = await fs.readFile(file, 'utf8').catch(() => '');
			const pids = text.split('\n').filter((line) => line !== '');
			return pids.length >= count ? pids.map(Number) : undefined;
		},
		{what: `${count} processes to begin`},
	);

test('one that does not answer in time is ended with all that it started, and the others are not waited for', async (t) => {
	const folder = await folderOf(t);
	const pids = path.join(folder, 'pids');
	const slow = await program(
		folder,
		'opt/tool1/bin/tool',
		`echo $$ >> ${pids}
sh -c 'echo $$ >> ${pids}; trap "" TERM; while :; do sleep 0.1; done' &
setsid sh -c 'echo $$ >> ${pids}; exec sleep 1000' &
wait`,
	);
	await program(folder, 'opt/tool2/bin/tool', 'echo Tool 2.1');
	const {found, unknown} = await scan(tool(folder), {limit: 1000});
	t.like(found, {length: 1, 0: {version: '2.1'}});
	t.deepEqual(unknown, [
		{name: 'tool', program: slow, why: 'did not answer within 1 s'},
	]);
	const started = await pidsIn(pids, 3);
	t.deepEqual(
		started.filter((pid) => isRunning(pid)),
		[],
	);
});

test('what a program leaves behind is not waited for, and is ended', async (t) => {
	const folder = await folderOf(t);
	const pids = path.join(folder, 'pids');
	await program(
		folder,
		'opt/tool1/bin/tool',
		`echo Tool 1.5
sh -c 'echo $$ >> ${pids}; exec sleep 1000' &
while [ ! -s ${pids} ]; do sleep 0.01; done`,
	);
	await program(
		folder,
		'opt/tool2/bin/tool',
		`echo Tool 2.5; echo $$ >> ${pids}; exec sleep 1000`,
	);
	const {found} = await scan(tool(folder), {limit: 2000});
	t.deepEqual(
		found.map(({version}) => version),
		['2.5', '1.5'],
	);
	const started = await pidsIn(pids, 2);
	t.deepEqual(
		started.filter((pid) => isRunning(pid)),
		[],
	);
});

test('a scan that is given up ends what it has started, and is a failure', async (t) => {
	const folder = await folderOf(t);
	const pids = path.join(folder, 'pids');
	await program(
		folder,
		'opt/tool1/bin/tool',
		`echo $$ >> ${pids}; exec sleep 1000`,
	);
	const giveUp = new AbortController();
	const scanning = scan(tool(folder), {signal: giveUp.signal});
	const started = await pidsIn(pids, 1);
	giveUp.abort();
	await t.throwsAsync(scanning, {name: 'AbortError'});
	t.deepEqual(
		started.filter((pid) => isRunning(pid)),
		[],
	);
});

test('one that cannot be asked has its version in its path, as has one that does not answer', async (t) => {
	const folder = await folderOf(t);
	await program(folder, 'opt/tool20.0.506/bin/tool', 'sleep 100');
	await fs.symlink(
		path.join(folder, 'opt/tool20.0.506'),
		path.join(folder, 'opt/tool20.0'),
	);
	await fs.mkdir(path.join(folder, 'opt/tool20.0.506/lib/python3.10libs'), {
		recursive: true,
	});
	const product = tool(folder, {
		path: /tool(?<version>\d+(?:\.\d+){2})/v,
		variables: {TOOL_ROOT: '..'},
		flavour: {
			folder: '../lib',
			entry: /^python(?<major>\d+)\.(?<minor>\d+)libs$/v,
			suffix: ({major = '', minor = ''}) => `.py${major}_${minor}`,
		},
	});
	const root = path.join(folder, 'opt/tool20.0.506');
	const {ask: _ask, ...silent} = product;
	for (const one of [silent, product]) {
		const {found} = await scan(one, {limit: 200}); // eslint-disable-line no-await-in-loop -- one after the other
		t.deepEqual(
			found.map(({name, version}) => `${name} ${version}`),
			['tool 20.0.506', 'tool.py3_10 20.0.506'],
		);
		t.deepEqual(found[0]?.env, {
			PATH: {kind: 'extend', prepend: [`${root}/bin`], append: []},
			TOOL_ROOT: {kind: 'set', values: [root]},
		});
	}
});

test('a link on PATH is followed to the folder of the program, and what a version manager puts there is not asked', async (t) => {
	const folder = await folderOf(t);
	const real = await program(folder, 'apps/tool-3/tool', 'echo Tool 3.0');
	await fs.mkdir(path.join(folder, 'bin'));
	await fs.symlink(real, path.join(folder, 'bin/tool'));
	await program(folder, 'shims/tool', `touch ${folder}/asked; echo Tool 9.0`);
	const {found} = await scan(tool(folder), {
		searchPath: `${folder}/shims:${folder}/bin`,
	});
	t.deepEqual(
		found.map(({version, env}) => ({version, env})),
		[
			{
				version: '3.0',
				env: {
					PATH: {
						kind: 'extend',
						prepend: [path.join(folder, 'apps/tool-3')],
						append: [],
					},
				},
			},
		],
	);
	await t.throwsAsync(fs.access(path.join(folder, 'asked')));
});

test('programs are asked without a display, and at most eight at a time', async (t) => {
	const folder = await folderOf(t);
	await Promise.all(
		Array.from({length: 12}, async (_, index) =>
			program(
				folder,
				`opt/tool${index}/bin/tool`,
				`echo "Tool 1.${index}$DISPLAY"; mkdir ${folder}/on.$$; ls -d ${folder}/on.* | wc -l >> ${folder}/most; sleep 0.1; rmdir ${folder}/on.$$`,
			),
		),
	);
	const {found} = await scan(tool(folder, {answer: /^Tool (?<version>.*)$/mv}));
	t.is(found.length, 12);
	t.true(found.every(({version}) => /^1\.\d+$/v.test(version)));
	const most = await fs.readFile(path.join(folder, 'most'), 'utf8');
	t.true(Math.max(...most.trim().split('\n').map(Number)) <= 8);
});
