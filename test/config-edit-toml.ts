import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import test from 'ava';
import {parse} from 'smol-toml';
import {FarmError} from '../source/core/errors.js';
import {setInFile, setInToml} from '../source/config/edit-toml.js';
import {schemas} from '../source/config/load.js';
import {configTemplate} from '../source/config/template.js';
import {parseSize} from '../source/config/size.js';

test('a value is changed where it stands, its comment and all else kept', (t) => {
	const document = `# top
[scheduler.database]
path = "old # not a comment"   # why
other = [
	1, # one
]

[scheduler.databases] # known
main = "a.db"
`;
	t.is(
		setInToml(document, ['scheduler', 'database', 'path'], 'new'),
		document.replace('"old # not a comment"', '"new"'),
	);
});

test('a new key goes behind the last value of its section', (t) => {
	t.is(
		setInToml('[a]\nx = 1\n\n# about b\n[b]\n', ['a', 'y z'], 'v'),
		'[a]\nx = 1\n"y z" = "v"\n\n# about b\n[b]\n',
	);
});

test('a setting that stands commented out is given its value there', (t) => {
	const template = configTemplate('scheduler', schemas.scheduler);
	const edited = setInToml(template, ['scheduler', 'database', 'path'], 'main');
	t.is(edited, template.replace('#path = ""', 'path = "main"'));
});

test('a section that is not there is made at the end', (t) => {
	t.is(
		setInToml('x = 1', ['a', 'b c', 'd'], true),
		'x = 1\n\n[a."b c"]\nd = true\n',
	);
	t.is(setInToml('', ['a', 'b'], 2), '[a]\nb = 2\n');
});

test('dotted keys are changed too', (t) => {
	t.is(
		setInToml('[a]\nb.c = 1 # one\n', ['a', 'b', 'c'], 2),
		'[a]\nb.c = 2 # one\n',
	);
});

test('what cannot be changed without touching other things is left alone, and said', (t) => {
	t.throws(
		() =>
			setInToml(
				'scheduler.databases = {main = "a", tests = "b"}\n',
				['scheduler', 'databases', 'main'],
				'c',
			),
		{instanceOf: FarmError, code: 'INVALID', message: /by hand/v},
	);
	t.throws(() => setInToml('a = {b = 1}\n', ['a', 'c'], 'x'), {
		instanceOf: FarmError,
		code: 'INVALID',
	});
});

test('a broken file is not edited', async (t) => {
	const folder = await fs.mkdtemp(path.join(os.tmpdir(), 'lifeblood-test-'));
	t.teardown(async () => {
		await fs.rm(folder, {recursive: true});
	});
	const file = path.join(folder, 'deep', 'config.toml');
	await setInFile(file, {path: ['a', 'b'], value: 1, initial: '# first\n'});
	t.is(await fs.readFile(file, 'utf8'), '# first\n\n[a]\nb = 1\n');
	t.deepEqual<unknown, unknown>(parse(await fs.readFile(file, 'utf8')), {
		a: {b: 1},
	});
	await fs.writeFile(file, 'x = 1\ny = = 2\n');
	await t.throwsAsync(
		setInFile(file, {path: ['a', 'b'], value: 1, initial: ''}),
		{
			instanceOf: FarmError,
			message: `${file}:2: not TOML; mend it first, then try again`,
		},
	);
	t.is(await fs.readFile(file, 'utf8'), 'x = 1\ny = = 2\n');
});

test('sizes are read as people write them', (t) => {
	t.is(parseSize('16G'), 16 * 1024 ** 3);
	t.is(parseSize(' 512m '), 512 * 1024 ** 2);
	t.is(parseSize('1.5T'), 1.5 * 1024 ** 4);
	t.is(parseSize('64 KiB'), 65_536);
	t.is(parseSize('2gb'), 2 * 1024 ** 3);
	t.is(parseSize('100'), 100);
	t.is(parseSize(100), 100);
	for (const wrong of [
		'',
		'G',
		'-1G',
		'1e3',
		'16 X',
		'1..5G',
		'0x10',
		'99999P',
		'NaN',
	]) {
		t.is(parseSize(wrong), undefined);
	}

	t.is(parseSize(-1), undefined);
	t.is(parseSize(NaN), undefined);
});
