import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {fileURLToPath} from 'node:url';
import process from 'node:process';
import test, {type ExecutionContext} from 'ava';
import {execa} from 'execa';
import {createFarmKey, toJoinCode, type FarmKey} from '../../source/net/key.js';
import {testWhere} from '../helpers/test-where.js';

const program = fileURLToPath(
	new URL('../helpers/net-discovery-process.ts', import.meta.url),
);
/** As every farm has it: in a network of its own nobody else is on it, and on this machine it may be shared. */
const port = 34_305;

const whyNoNetworks = async (): Promise<string | undefined> => {
	if (process.getuid?.() !== 0) {
		return 'only root may make networks';
	}

	const {failed} = await execa('unshare', ['--net', 'ip', 'link'], {
		reject: false,
	});
	return failed ? 'this machine has no `unshare --net` or no `ip`' : undefined;
};

type Machine = {
	/** Of a process that is in its network. */
	readonly pid: string;
	readonly address: string;
};

/** Runs until it is ended, or this process has gone, however that goes. Resolves with its first line. */
const startProgram = async (
	t: ExecutionContext,
	[file = '', ...words]: readonly string[],
): Promise<{readonly pid: string; readonly line: string}> => {
	const running = spawn(file, words, {stdio: ['pipe', 'pipe', 'inherit']});
	const exited = once(running, 'exit');
	t.teardown(async () => {
		running.kill('SIGKILL');
		await exited;
	});
	const [chunk] = (await Promise.race([
		once(running.stdout, 'data'),
		exited,
	])) as unknown[];
	return {pid: String(running.pid), line: String(chunk).trim()};
};

/** Two machines on one cable: network namespaces that see nothing of this machine's networks, and that the kernel takes away, cable and all, with the last process in them. */
const twoMachines = async (
	t: ExecutionContext,
): Promise<readonly [Machine, Machine]> => {
	const holder = ['unshare', '--net', 'sh', '-c', 'echo made; exec cat'];
	const [a, b] = await Promise.all([
		startProgram(t, holder),
		startProgram(t, holder),
	]);
	t.deepEqual([a.line, b.line], ['made', 'made']);
	const machines = [
		{pid: a.pid, address: '198.51.100.1'},
		{pid: b.pid, address: '198.51.100.2'},
	] as const;
	await execa('ip', [
		'link',
		'add',
		'cable',
		'netns',
		a.pid,
		'type',
		'veth',
		'peer',
		'name',
		'cable',
		'netns',
		b.pid,
	]);
	for (const machine of machines) {
		const ip = async (words: string) => {
			const [file = '', ...rest] = within(machine, ['ip', ...words.split(' ')]);
			return execa(file, rest);
		};

		/* eslint-disable no-await-in-loop -- each step needs the one before */
		await ip(`address add ${machine.address}/24 dev cable`);
		await ip('link set cable up');
		await ip('link set lo up');
		/* eslint-enable no-await-in-loop */
	}

	return machines;
};

const within = (
	machine: Machine | undefined,
	words: readonly string[],
): readonly string[] =>
	machine === undefined
		? words
		: ['nsenter', '--net', '--target', machine.pid, ...words];

const node = [process.execPath, '--import=tsx', program];

const announce = async (
	t: ExecutionContext,
	{
		on,
		key,
		farm,
	}: {readonly on?: Machine; readonly key: FarmKey; readonly farm: string},
): Promise<void> => {
	const {line} = await startProgram(
		t,
		within(on, [...node, 'announce', String(port), toJoinCode(key), farm]),
	);
	t.is(line, 'ready');
};

const find = async (
	key: FarmKey,
	on?: Machine,
): Promise<readonly unknown[]> => {
	const [file = '', ...words] = within(on, [
		...node,
		'find',
		String(port),
		toJoinCode(key),
	]);
	const {stdout} = await execa(file, words);
	return stdout.split('\n').map((line) => JSON.parse(line) as unknown);
};

testWhere(
	await whyNoNetworks(),
	'a worker on another machine finds the scheduler of its farm, and connects',
	async (t) => {
		const [there, here] = await twoMachines(t);
		const key = createFarmKey();
		await announce(t, {on: there, key, farm: 'ours'});
		await announce(t, {on: there, key: createFarmKey(), farm: 'theirs'});
		const [found, welcome] = await find(key, here);
		t.like(found, [
			{farm: 'ours', server: {host: there.address}, ui: {host: there.address}},
		]);
		t.is((found as unknown[]).length, 1);
		t.like(welcome, {farm: 'ours', access: 'change'});
		t.deepEqual(await find(createFarmKey(), here), [[]]);
	},
);

test.serial(
	'a worker on the same machine finds the scheduler of its farm, and connects',
	async (t) => {
		const key = createFarmKey();
		await announce(t, {key, farm: 'ours'});
		const [found, welcome] = await find(key);
		t.like(found, [{farm: 'ours'}]);
		t.like(welcome, {farm: 'ours', access: 'change'});
	},
);
