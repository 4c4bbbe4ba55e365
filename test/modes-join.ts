import {spawn} from 'node:child_process';
import fs from 'node:fs/promises';
import path from 'node:path';
import process from 'node:process';
import {PassThrough} from 'node:stream';
import test, {type ExecutionContext} from 'ava';
import {execa} from 'execa';
import {FarmError} from '../source/core/errors.js';
import {formatAddress} from '../source/net/address.js';
import {createFarmKey, toJoinCode} from '../source/net/key.js';
import {readSecret} from '../source/modes/read-secret.js';
import {startCannedScheduler} from './helpers/canned-scheduler.js';
import {commandHome} from './helpers/command-home.js';
import {startTestFarm} from './helpers/net-farm.js';
import {testWhere} from './helpers/test-where.js';
import {until} from './helpers/until.js';

const program = ['--import=tsx', 'source/cli.ts'];

/** The real program, the code on its standard input. */
const join = async (
	t: ExecutionContext,
	{
		home,
		words,
		input,
	}: {
		readonly home: string;
		readonly words: readonly string[];
		readonly input: string;
	},
) => {
	const ran = await execa(process.execPath, [...program, 'join', ...words], {
		input,
		reject: false,
		extendEnv: false,
		env: {PATH: process.env['PATH'], HOME: home},
	});
	t.false(ran.stdout.includes(input) && input !== '');
	t.false(ran.stderr.includes(input) && input !== '');
	return ran;
};

const configured = async (home: string, component: string): Promise<string> => {
	const text = await fs.readFile(
		path.join(home, '.config', 'lifeblood', component, 'config.toml'),
		'utf8',
	);
	return text
		.split('\n')
		.filter((line) => /^\w+ = /v.test(line))
		.join('\n');
};

test.serial(
	'a machine that joins has address and key, and commands need nothing more',
	async (t) => {
		const home = await commandHome(t);
		const farm = await startTestFarm(t);
		const place = formatAddress(farm.address);
		const code = toJoinCode(farm.key);
		const joined = await join(t, {home, words: [place], input: `${code}\n`});
		t.is(joined.exitCode, 0, joined.stderr);
		t.regex(
			joined.stdout,
			/belongs to the farm "test" at 127\.0\.0\.1:\d+ now/v,
		);
		t.is(await configured(home, 'worker'), `scheduler = "${place}"`);
		t.is(await configured(home, 'viewer'), `scheduler = "${place}"`);
		const file = path.join(home, '.config', 'lifeblood', 'farm.key');
		const {mode} = await fs.stat(file);
		t.is(mode % 0o1000, 0o600);
		const stored = await fs.readFile(file, 'utf8');
		t.true(stored.includes(code));
		const again = await join(t, {home, words: ['--json', place], input: code});
		t.like(JSON.parse(again.stdout), {
			farm: 'test',
			scheduler: place,
			access: 'change',
		});
		const names = await fs.readdir(path.dirname(file));
		t.deepEqual(names.toSorted(), ['farm.key', 'viewer', 'worker']);
	},
);

test.serial('a code that does not fit the farm changes nothing', async (t) => {
	const home = await commandHome(t);
	const farm = await startTestFarm(t);
	const {exitCode} = await join(t, {
		home,
		words: [formatAddress(farm.address)],
		input: toJoinCode(createFarmKey()),
	});
	t.is(exitCode, 4);
	t.deepEqual(await fs.readdir(home), []);
});

test.serial(
	'a mistyped code, none, and a scheduler that is not there are told apart',
	async (t) => {
		const home = await commandHome(t);
		const farm = await startTestFarm(t);
		const place = formatAddress(farm.address);
		const typo = toJoinCode(farm.key).replace(/.$/v, (last) =>
			last === '0' ? '1' : '0',
		);
		const mistyped = await join(t, {home, words: [place], input: typo});
		t.is(mistyped.exitCode, 2);
		t.regex(mistyped.stderr, /typing error/v);
		const none = await join(t, {home, words: [place], input: ''});
		t.is(none.exitCode, 2);
		await farm.listener.stop();
		const gone = await join(t, {
			home,
			words: [place],
			input: toJoinCode(farm.key),
		});
		t.is(gone.exitCode, 3);
		t.deepEqual(await fs.readdir(home), []);
	},
);

test.serial('the key of another farm is kept aside', async (t) => {
	const home = await commandHome(t);
	const first = await startTestFarm(t);
	const firstCode = toJoinCode(first.key);
	await join(t, {
		home,
		words: [formatAddress(first.address)],
		input: firstCode,
	});
	const second = await startTestFarm(t);
	const code = toJoinCode(second.key);
	const joined = await join(t, {
		home,
		words: [formatAddress(second.address)],
		input: code,
	});
	t.is(joined.exitCode, 0, joined.stderr);
	const folder = path.join(home, '.config', 'lifeblood');
	const names = await fs.readdir(folder);
	const aside = names.find((name) => name.startsWith('farm.key.before-')) ?? '';
	const kept = await fs.readFile(path.join(folder, aside), 'utf8');
	t.true(kept.includes(firstCode));
	t.is(
		await configured(home, 'worker'),
		`scheduler = "${formatAddress(second.address)}"`,
	);
});

test.serial(
	'a farm without a key is joined only when that is asked for',
	async (t) => {
		const home = await commandHome(t);
		const scheduler = await startCannedScheduler({});
		t.teardown(scheduler.stop);
		const joined = await join(t, {
			home,
			words: ['--insecure', scheduler.address],
			input: '',
		});
		t.is(joined.exitCode, 0, joined.stderr);
		t.is(
			await configured(home, 'worker'),
			`scheduler = "${scheduler.address}"\ninsecure = true`,
		);
		const refused = await join(t, {
			home,
			words: [scheduler.address],
			input: toJoinCode(createFarmKey()),
		});
		t.is(refused.exitCode, 4);
	},
);

test('a secret is read from the first line of what is piped in', async (t) => {
	const stdin = new PassThrough();
	stdin.end('  the code \nmore\n');
	t.is(
		await readSecret({stdin, stderr: new PassThrough(), prompt: 'Code: '}),
		'the code',
	);
});

test('nothing piped in is wrong input', async (t) => {
	const stdin = new PassThrough();
	stdin.end('\n');
	await t.throwsAsync(
		readSecret({stdin, stderr: new PassThrough(), prompt: ''}),
		{instanceOf: FarmError, code: 'INVALID'},
	);
});

// The program `script` gives a command a terminal; elsewhere it takes other flags.
testWhere(
	process.platform === 'linux' ? undefined : 'only Linux is known to have it',
	'a terminal is asked, and shows nothing of what is typed',
	async (t) => {
		const home = await commandHome(t);
		const farm = await startTestFarm(t);
		const code = toJoinCode(farm.key);
		// `script` gives the program a terminal of its own.
		const command = [
			process.execPath,
			...program,
			'join',
			formatAddress(farm.address),
		]
			.map((word) => `'${word}'`)
			.join(' ');
		const child = spawn('script', ['-qefc', command, '/dev/null'], {
			env: {PATH: process.env['PATH'], HOME: home, SHELL: '/bin/sh'},
		});
		let shown = '';
		child.stdout.on('data', (bytes: Uint8Array) => {
			shown += new TextDecoder().decode(bytes);
		});
		const status = new Promise<number | undefined>((resolve) => {
			child.once('close', (exitStatus) => {
				resolve(exitStatus ?? undefined);
			});
		});
		await until(() => (shown.includes('Join code') ? true : undefined), {
			what: 'the question',
			within: 20_000,
		});
		child.stdin.write(`${code}\n`);
		t.is(await status, 0, shown);
		t.regex(shown, /belongs to the farm "test"/v);
		t.false(shown.includes(code));
		t.false(shown.includes(code.slice(10, 30)));
	},
);
