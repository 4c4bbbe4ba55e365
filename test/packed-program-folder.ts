import {Buffer} from 'node:buffer';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import test, {type ExecutionContext} from 'ava';
import {execa} from 'execa';
import {packFiles} from '../source/packed/archive.js';
import {
	folderOf,
	programFolder,
	refresh,
} from '../source/packed/program-folder.js';
import {until} from './helpers/until.js';

const files = [
	{path: 'lifeblood.js', content: Buffer.from('program\n')},
	{path: 'demo/render.js', content: Buffer.from('renders\n')},
	{path: 'native.node', content: Buffer.alloc(2_000_000, 7)},
];
const {index} = packFiles(files, '1.0.0');
const day = 24 * 60 * 60 * 1000;
const now = Date.UTC(2040, 5, 1);

const temporaryFolder = (t: ExecutionContext): string => {
	const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'lifeblood-packed-'));
	t.teardown(() => {
		fs.rmSync(folder, {recursive: true, force: true});
	});
	return folder;
};

type Input = Parameters<typeof programFolder>[0];

const make = (roots: readonly string[], more: Partial<Input> = {}): string =>
	programFolder({
		index,
		read: () => files,
		roots,
		user: process.geteuid?.(),
		now,
		...more,
	});

const mustNotRead = (): never => {
	throw new Error('It was read.');
};

const content = (folder: string): readonly string[] =>
	fs.readdirSync(folder, {recursive: true, encoding: 'utf8'}).toSorted();

const isWhole = (folder: string): boolean =>
	files.every(({path: name, content: expected}) =>
		fs.readFileSync(path.join(folder, name)).equals(expected),
	);

const whole = [
	'.complete',
	'demo',
	'demo/render.js',
	'lifeblood.js',
	'native.node',
];

test('the first start makes a folder that is whole, and only for its user to read', (t) => {
	const root = path.join(temporaryFolder(t), 'deep', 'root');
	const folder = make([root]);
	t.is(folder, path.join(root, index.name));
	t.deepEqual(content(folder), whole);
	t.true(isWhole(folder));
	t.deepEqual(fs.readdirSync(root), [index.name]);
	t.is(fs.statSync(root).mode % 0o1000, 0o700);
	t.is(folderOf(path.join(folder, 'lifeblood.js')), folder);
	t.is(folderOf(path.join(folder, 'demo', 'render.js')), folder);
});

test('the next start reads nothing of the archive', (t) => {
	const root = temporaryFolder(t);
	const folder = make([root]);
	t.is(make([root], {read: mustNotRead}), folder);
});

test('a file that was lost or cut short is put back, and what runs from the folder keeps its files', (t) => {
	const root = temporaryFolder(t);
	const folder = make([root]);
	const used = path.join(folder, '.code');
	fs.mkdirSync(used);
	fs.writeFileSync(path.join(used, 'compiled'), 'kept');
	const open = fs.openSync(path.join(folder, 'native.node'), 'r');
	t.teardown(() => {
		fs.closeSync(open);
	});

	fs.rmSync(path.join(folder, 'demo'), {recursive: true});
	make([root]);
	t.true(isWhole(folder));

	fs.truncateSync(path.join(folder, 'lifeblood.js'), 3);
	make([root]);
	t.true(isWhole(folder));

	fs.rmSync(path.join(folder, '.complete'));
	make([root]);
	t.true(isWhole(folder));
	t.is(fs.readFileSync(path.join(used, 'compiled'), 'utf8'), 'kept');
	t.is(fs.readSync(open, Buffer.alloc(10)), 10);
	t.deepEqual(fs.readdirSync(root), [index.name]);
});

test('what a start that was killed had begun is no folder of a program, and does not disturb', (t) => {
	const root = temporaryFolder(t);
	const begun = path.join(root, `${index.name}.begun`);
	fs.mkdirSync(begun);
	fs.writeFileSync(path.join(begun, 'lifeblood.js'), 'prog');
	t.is(folderOf(path.join(begun, 'lifeblood.js')), undefined);
	t.true(isWhole(make([root])));
});

test('many that start at once all have a whole folder, and leave one', async (t) => {
	const root = path.join(temporaryFolder(t), 'root');
	const brought = temporaryFolder(t);
	fs.cpSync(make([temporaryFolder(t)]), brought, {recursive: true});
	const gate = path.join(temporaryFolder(t), 'gate');
	const script = `
		import fs from 'node:fs';
		import {programFolder} from ${JSON.stringify(new URL('../source/packed/program-folder.ts', import.meta.url).href)};
		const [root, brought, gate, text] = process.argv.slice(1);
		const index = JSON.parse(text);
		const files = index.files.map((file) => ({...file, content: fs.readFileSync(brought + '/' + file.path)}));
		fs.writeFileSync(gate + '.' + process.pid, '');
		while (!fs.existsSync(gate)) {}
		const folder = programFolder({index, read: () => files, roots: [root], user: process.geteuid?.(), now: Date.now()});
		const isWhole = files.every((file) => fs.readFileSync(folder + '/' + file.path).equals(file.content));
		console.log(isWhole ? folder : 'not whole');
	`;
	const count = 6;
	const starts = Array.from({length: count}, async () =>
		execa(process.execPath, [
			'--disable-warning=ExperimentalWarning',
			'--input-type=module',
			'--eval',
			script,
			root,
			brought,
			gate,
			JSON.stringify(index),
		]),
	);
	const running = Promise.all(starts);
	await Promise.race([
		running,
		until(
			() =>
				fs.readdirSync(path.dirname(gate)).length === count ? true : undefined,
			{what: 'all of them to be ready', within: 60_000},
		),
	]);
	fs.writeFileSync(gate, '');
	const ended = await running;
	t.deepEqual(
		ended.map(({stdout}) => stdout),
		Array.from({length: count}, () => path.join(root, index.name)),
	);
	t.deepEqual(fs.readdirSync(root), [index.name]);
	t.deepEqual(content(path.join(root, index.name)), whole);
});

test("somebody else's folder is not trusted, and the next root is taken", (t) => {
	const user = process.geteuid?.();
	// Root's is not ours, unless we are root, who can give one away.
	const foreign = user === 0 ? temporaryFolder(t) : '/usr';
	if (user === 0) {
		fs.chownSync(foreign, 65_534, 65_534);
	}

	const own = temporaryFolder(t);
	t.is(make([foreign, own]), path.join(own, index.name));
	t.false(fs.existsSync(path.join(foreign, index.name)));
	t.throws(() => make([foreign]), {message: /belongs to somebody else/v});
});

test('neither is one that others can write to, nor a link to one', (t) => {
	const own = temporaryFolder(t);
	const open = temporaryFolder(t);
	for (const mode of [0o770, 0o707]) {
		fs.chmodSync(open, mode);
		t.throws(() => make([open]), {message: /can be written by others/v});
		t.is(make([open, own]), path.join(own, index.name));
	}

	const link = path.join(temporaryFolder(t), 'link');
	fs.symlinkSync(own, link);
	t.throws(() => make([link]), {message: /belongs to somebody else/v});
	t.deepEqual(fs.readdirSync(open), []);
});

test('where no root can be used, the reasons of all are told', (t) => {
	const file = path.join(temporaryFolder(t), 'file');
	fs.writeFileSync(file, '');
	const open = temporaryFolder(t);
	fs.chmodSync(open, 0o777);
	const error = t.throws(() => make([path.join(file, 'root'), open]));
	t.regex(error.message, /ENOTDIR.*; .* can be written by others/v);
});

test('where the system has no numbers for users, a folder is taken as it is', (t) => {
	const root = temporaryFolder(t);
	fs.chmodSync(root, 0o777);
	t.is(make([root], {user: undefined}), path.join(root, index.name));
});

test('a program that was not started for a month is removed when another comes, and no other', (t) => {
	const root = temporaryFolder(t);
	const other = (version: string, age: number): string => {
		const {name} = packFiles(files, version).index;
		const folder = make([root], {index: {...index, name}, now: now - age});
		const time = (now - age) / 1000;
		fs.utimesSync(path.join(folder, '.complete'), time, time);
		return folder;
	};

	const old = other('0.1.0', 31 * day);
	const fresh = other('0.2.0', 29 * day);
	const begun = path.join(root, '0.3.0-begun');
	fs.mkdirSync(begun);
	fs.utimesSync(begun, (now - 31 * day) / 1000, (now - 31 * day) / 1000);
	t.true([old, fresh].every((folder) => fs.existsSync(folder)));

	const folder = make([root]);
	t.deepEqual(
		fs.readdirSync(root).toSorted(),
		[fresh, folder].map((name) => path.basename(name)).toSorted(),
	);
});

test('what runs for months says that its files are in use', (t) => {
	const root = temporaryFolder(t);
	const folder = make([root]);
	const mark = path.join(folder, '.complete');
	const begin = (now - 40 * day) / 1000;
	fs.utimesSync(mark, begin, begin);
	refresh(folder, now);
	t.is(fs.statSync(mark).mtimeMs, now);
	fs.rmSync(mark);
	t.notThrows(() => {
		refresh(folder, now);
	});
});

test('only files of a folder that was made are taken for the program', (t) => {
	const folder = make([temporaryFolder(t)]);
	const elsewhere = temporaryFolder(t);
	fs.writeFileSync(path.join(elsewhere, 'lifeblood.js'), '');
	for (const word of [
		undefined,
		'',
		'task',
		'lifeblood.js',
		'./lifeblood.js',
		path.join(elsewhere, 'lifeblood.js'),
		path.join(folder, 'native.node'),
	]) {
		t.is(folderOf(word), undefined);
	}
});
