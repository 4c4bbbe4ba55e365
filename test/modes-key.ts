import fs from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import {systemClock} from '../source/core/clock.js';
import {readKeyFile} from '../source/config/key-file.js';
import {formatAddress} from '../source/net/address.js';
import {
	createFarmKey,
	fromJoinCode,
	toJoinCode,
	viewOnly,
} from '../source/net/key.js';
import {commandHome} from './helpers/command-home.js';
import {startTestFarm} from './helpers/net-farm.js';
import {runCommand, statusOf, stdoutOf} from './helpers/run-command.js';
import {startCannedScheduler} from './helpers/canned-scheduler.js';

const keyFile = (home: string) =>
	path.join(home, '.config', 'lifeblood', 'farm.key');

test.serial('a key is created once, and shown as a join code', async (t) => {
	const home = await commandHome(t);
	const created = await runCommand(['key', 'create']);
	t.is(created.status, 0);
	t.notRegex(created.stdout, /full-/v, 'the key itself is not shown');
	const {mode} = await fs.stat(keyFile(home));
	t.is(mode % 0o1000, 0o600);
	const shown = await runCommand(['key', 'show']);
	const key = fromJoinCode(shown.stdout);
	t.is(key.kind, 'full');
	const view = await runCommand(['key', 'show', '--view-only']);
	t.is(view.stdout.trim(), toJoinCode(viewOnly(key)));
	const again = await runCommand(['key', 'create', '--json']);
	t.deepEqual(JSON.parse(again.stdout), {file: keyFile(home), created: false});
	t.is(await stdoutOf(['key', 'show']), shown.stdout);
});

test.serial(
	'without a key there is none to show, and it says what to do',
	async (t) => {
		await commandHome(t);
		const {status, stderr} = await runCommand(['key', 'show']);
		t.is(status, 2);
		t.regex(stderr, /lifeblood join.*lifeblood key create/v);
	},
);

test.serial('a machine with the view-only key shows that one', async (t) => {
	const home = await commandHome(t);
	const code = toJoinCode(viewOnly(createFarmKey()));
	await fs.mkdir(path.dirname(keyFile(home)), {recursive: true});
	await fs.writeFile(keyFile(home), `${code}\n`, {mode: 0o600});
	t.is(await stdoutOf(['key', 'show']), `${code}\n`);
	t.is(await statusOf(['key', 'rotate']), 4);
});

test.serial(
	'a key file that is no key is refused without a word of it',
	async (t) => {
		const home = await commandHome(t);
		await fs.mkdir(path.dirname(keyFile(home)), {recursive: true});
		await fs.writeFile(keyFile(home), 'full-SECRETSE\n', {mode: 0o600});
		const {status, stderr} = await runCommand(['key', 'show']);
		t.is(status, 2);
		t.false(stderr.includes('SECRET'));
	},
);

test.serial(
	'where no scheduler runs, the key is changed in the file, and the old one kept for a day',
	async (t) => {
		const home = await commandHome(t);
		await runCommand(['key', 'create']);
		const before = await runCommand(['key', 'show']);
		const rotated = await runCommand(['key', 'rotate']);
		t.is(rotated.status, 0);
		t.not(rotated.stdout, before.stdout);
		t.is(await stdoutOf(['key', 'show']), rotated.stdout);
		const now = systemClock.now();
		const found = await readKeyFile(keyFile(home), now);
		const [old] = found.kind === 'read' ? found.keys.previous : [];
		t.is(old?.key, before.stdout.trim());
		t.true(Math.abs((old?.expires_at ?? 0) - now - 86_400_000) < 60_000);
		t.is(await statusOf(['key', 'rotate', '--view-only']), 2);
	},
);

test.serial(
	'where a scheduler is named, it changes the key, and this machine has the new one',
	async (t) => {
		const home = await commandHome(t);
		await runCommand(['key', 'create']);
		const next = toJoinCode(createFarmKey());
		const scheduler = await startCannedScheduler({
			'key.rotate': () => ({
				join_code: next,
				view_only_join_code: toJoinCode(viewOnly(fromJoinCode(next))),
			}),
		});
		t.teardown(scheduler.stop);
		const {status, stdout} = await runCommand([
			'key',
			'rotate',
			'--insecure',
			'--scheduler',
			scheduler.address,
		]);
		t.is(status, 0);
		t.is(stdout.trim(), next);
		t.deepEqual(
			scheduler.calls.map(({name}) => name),
			['key.rotate'],
		);
		const found = await readKeyFile(keyFile(home), systemClock.now());
		t.is(found.kind === 'read' ? found.keys.current : '', next);
	},
);

test.serial(
	'a named scheduler that is not there leaves the file alone',
	async (t) => {
		const home = await commandHome(t);
		await runCommand(['key', 'create']);
		const before = await fs.readFile(keyFile(home), 'utf8');
		const farm = await startTestFarm(t);
		await farm.listener.stop();
		const {status} = await runCommand([
			'key',
			'rotate',
			'--scheduler',
			formatAddress(farm.address),
		]);
		t.is(status, 3);
		t.is(await fs.readFile(keyFile(home), 'utf8'), before);
	},
);
