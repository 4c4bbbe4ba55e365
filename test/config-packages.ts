import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {
	loadPackages,
	packagesFaults,
	packagesFile,
} from '../source/config/packages.js';

const folderWith = async (
	t: ExecutionContext,
	text?: string,
): Promise<string> => {
	const folder = await fs.mkdtemp(
		path.join(os.tmpdir(), 'lifeblood-packages-'),
	);
	t.teardown(async () => {
		await fs.rm(folder, {recursive: true});
	});
	if (text !== undefined) {
		await fs.mkdir(path.dirname(packagesFile(folder)));
		await fs.writeFile(packagesFile(folder), text);
	}

	return folder;
};

test('the example of the reference is read as it is meant', async (t) => {
	const folder = await folderWith(
		t,
		`[packages."houdini.py3_10"."20.0.506"]
label = "SideFX Houdini 20.0.506"
priority = 40
env.PATH.prepend = "/opt/hfs20.0.506/bin"
env.SOMETHING = "a value"
env.LIST_PATH.append = ["/one", "/two"]
env.THREADS = 4

[packages.blender."4.1"]
`,
	);
	const {packages, isAbsent} = await loadPackages(folder);
	t.false(isAbsent);
	t.deepEqual(packages, {
		'houdini.py3_10': {
			'20.0.506': {
				label: 'SideFX Houdini 20.0.506',
				priority: 40,
				env: {
					PATH: {
						kind: 'extend',
						prepend: ['/opt/hfs20.0.506/bin'],
						append: [],
					},
					SOMETHING: {kind: 'set', values: ['a value']},
					LIST_PATH: {kind: 'extend', prepend: [], append: ['/one', '/two']},
					THREADS: {kind: 'set', values: ['4']},
				},
			},
		},
		blender: {'4.1': {label: '', priority: 50, env: {}}},
	});
});

test('a file that is not there, or is empty, holds no packages', async (t) => {
	t.like(await loadPackages(await folderWith(t)), {
		packages: {},
		isAbsent: true,
	});
	t.like(await loadPackages(await folderWith(t, '')), {
		packages: {},
		isAbsent: false,
	});
});

test('all faults are told at once, with their lines and what was most likely meant', async (t) => {
	const folder = await folderWith(
		t,
		`[packages.tool."1.0"]
labell = "Tool"
priority = "high"
env.PATH.prepnd = "/opt"
env.X = true
env."A=B" = "c"

[packages.blender.4.1]
label = "Blender"

[packages.nuke]
label = "Nuke"

[packages."a b"."1"]

[packages.maya."20 24"]

[package.houdini."20"]
`,
	);
	const file = packagesFile(folder);
	const faults = await packagesFaults(folder);
	t.deepEqual(faults, [
		`${file}:2: unknown key "labell" in [packages.tool."1.0"]; did you mean "label"?`,
		`${file}:3: "priority" must be a number`,
		`${file}:4: unknown key "prepnd" of the variable PATH; PATH = "value" sets it, PATH.prepend and PATH.append add to it`,
		`${file}:5: "env.X" must be text in quotes, a number, or a list of these, not true`,
		`${file}:6: "A=B" cannot be the name of a variable`,
		`${file}:8: unknown section "1" in [packages.blender.4]; a name or version with dots in it stands in quotes, as in [packages.blender."4.1"]`,
		`${file}:12: "label" belongs to a version: [packages.nuke."VERSION"]`,
		`${file}:14: "a b" cannot be the name of a package: letters, digits, "_", "-" and "." can`,
		`${file}:16: "20 24" cannot be a version: it has a space or a comma in it`,
		`${file}:18: unknown key "package"; every package is a section [packages.NAME."VERSION"]`,
	]);
	await t.throwsAsync(loadPackages(folder), {
		message: faults.join('\n'),
		code: 'INVALID',
	});
});

test('a file that is no TOML is told with its line', async (t) => {
	const [fault = ''] = await packagesFaults(
		await folderWith(t, '[packages]\nx = 5 5\n'),
	);
	t.regex(fault, /config\.toml:2: not TOML/v);
});
