import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import test, {type ExecutionContext} from 'ava';
import {execa} from 'execa';
import {FarmError} from '../source/core/errors.js';
import {
	createKeyFile,
	keyFilePath,
	readKeyFile,
	rotatedKeys,
	writeKeyFile,
} from '../source/config/key-file.js';

const makeFile = async (t: ExecutionContext): Promise<string> => {
	const folder = await fs.mkdtemp(path.join(os.tmpdir(), 'lifeblood-test-'));
	t.teardown(async () => {
		await fs.rm(folder, {recursive: true, force: true});
	});
	return path.join(folder, 'inside', 'farm.key');
};

const now = Date.parse('2026-01-01T00:00:00Z');
const makeKey = () => 'full-SECRET';

test('a new key file is for its owner alone, and nothing else is left in its folder', async (t) => {
	const file = await makeFile(t);
	const made = await createKeyFile(file, {makeKey, now});
	t.true(made.isNew);
	t.is(made.keys.current, 'full-SECRET');
	const {mode} = await fs.stat(file);
	t.is(mode % 0o1000, 0o600);
	t.deepEqual(await fs.readdir(path.dirname(file)), ['farm.key']);
	t.deepEqual(await readKeyFile(file, now), {
		kind: 'read',
		keys: {current: 'full-SECRET', previous: []},
		warnings: [],
	});
});

test('a key that is there is kept', async (t) => {
	const file = await makeFile(t);
	await createKeyFile(file, {makeKey, now});
	const again = await createKeyFile(file, {makeKey: () => 'another', now});
	t.false(again.isNew);
	t.is(again.keys.current, 'full-SECRET');
});

test('twenty processes that make the key at once end with one and the same', async (t) => {
	const file = await makeFile(t);
	const script = `
		const {createKeyFile} = await import(${JSON.stringify(path.resolve('source/config/key-file.ts'))});
		process.stdin.once('data', async () => {
			const made = await createKeyFile(${JSON.stringify(file)}, {makeKey: () => 'key-' + process.pid, now: 0});
			console.log(JSON.stringify(made));
			process.stdin.destroy();
		});
		console.log('ready');
	`;
	const tsx = import.meta.resolve('tsx');
	// eslint-disable-next-line @typescript-eslint/promise-function-async -- a subprocess is more than a promise
	const start = () =>
		execa(process.execPath, [
			'--import',
			tsx,
			'--input-type=module',
			'-e',
			script,
		]);
	const children: Array<ReturnType<typeof start>> = [];
	for (let count = 0; count < 20; count++) {
		children.push(start());
	}

	await Promise.all(
		children.map(
			async (child) =>
				new Promise((resolve) => {
					child.stdout.once('data', resolve);
				}),
		),
	);
	for (const child of children) {
		child.stdin.write('go\n');
	}

	const outputs = await Promise.all(children);
	const made = outputs.map(({stdout}): unknown =>
		JSON.parse(stdout.split('\n', 2)[1] ?? ''),
	);
	const found = await readKeyFile(file, now);
	t.is(found.kind, 'read');
	const key = found.kind === 'read' ? found.keys.current : '';
	t.regex(key, /^key-\d+$/v);
	t.true(
		made.every((each) => JSON.stringify(each).includes(`"current":"${key}"`)),
	);
	t.is(
		made.filter((each) => JSON.stringify(each).includes('"isNew":true')).length,
		1,
	);
	t.deepEqual(await fs.readdir(path.dirname(file)), ['farm.key']);
});

test('a key that everyone may read is refused, with what to do and without the key', async (t) => {
	const file = await makeFile(t);
	await createKeyFile(file, {makeKey, now});
	await fs.chmod(file, 0o644);
	const error = await t.throwsAsync(readKeyFile(file, now), {
		instanceOf: FarmError,
		code: 'INVALID',
	});
	t.regex(error?.message ?? '', /mode 0644.*chmod 600/v);
	t.false(error?.message.includes('SECRET'));
});

test('a key that its group may read is warned of', async (t) => {
	const file = await makeFile(t);
	await createKeyFile(file, {makeKey, now});
	await fs.chmod(file, 0o640);
	const found = await readKeyFile(file, now);
	t.is(found.kind === 'read' ? found.warnings.length : 0, 1);
});

test('a changed key keeps the old one until its time is over', async (t) => {
	const file = await makeFile(t);
	await createKeyFile(file, {makeKey, now});
	const day = 86_400_000;
	const keys = rotatedKeys(
		{current: 'full-SECRET', previous: []},
		{next: 'second', now},
	);
	await writeKeyFile(file, keys);
	const {mode} = await fs.stat(file);
	t.is(mode % 0o1000, 0o600);
	t.deepEqual(await readKeyFile(file, now + day - 1), {
		kind: 'read',
		keys,
		warnings: [],
	});
	t.deepEqual(await readKeyFile(file, now + day), {
		kind: 'read',
		keys: {current: 'second', previous: []},
		warnings: [],
	});
	const third = rotatedKeys(keys, {
		next: 'third',
		now: now + 1000,
	});
	t.deepEqual(
		third.previous.map((previous) => previous.key),
		['second', 'full-SECRET'],
	);
});

for (const [what, content] of [
	['an empty file', ''],
	['only a comment', '# nothing\n'],
	['two keys', 'SECRET\nSECRET2\n'],
	['a broken line', 'old SECRET until whenever\n'],
] as const) {
	test(`${what} is no key file, and the message holds no key`, async (t) => {
		const file = await makeFile(t);
		await fs.mkdir(path.dirname(file));
		await fs.writeFile(file, content, {mode: 0o600});
		const error = await t.throwsAsync(readKeyFile(file, now), {
			instanceOf: FarmError,
			code: 'INVALID',
		});
		t.true(error?.message.includes(file));
		t.false(error?.message.includes('SECRET'));
	});
}

test('where there is no file there is no key, and that is no fault', async (t) => {
	t.deepEqual(await readKeyFile(await makeFile(t), now), {kind: 'absent'});
});

test('a key that cannot be written is told as such', async (t) => {
	const file = await makeFile(t);
	await fs.writeFile(path.dirname(file), 'a file in the way');
	await t.throwsAsync(createKeyFile(file, {makeKey, now}), {
		instanceOf: FarmError,
		code: 'STORAGE',
		message: /--key-file/v,
	});
});

test('the key is in the configuration folder unless another file is named', (t) => {
	const host = {
		environment: {},
		platform: 'linux',
		home: '/home/anna',
		cwd: '/tmp',
		name: 'machine',
	} as const;
	t.is(keyFilePath({host, folder: '/c'}), '/c/farm.key');
	t.is(keyFilePath({host, folder: '/c', keyFile: '~/k'}), '/home/anna/k');
	t.is(keyFilePath({host, folder: '/c', keyFile: 'k'}), '/tmp/k');
});
