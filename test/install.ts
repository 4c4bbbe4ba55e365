import {createHash} from 'node:crypto';
import fs from 'node:fs';
import http from 'node:http';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import {fileURLToPath} from 'node:url';
import test, {type ExecutionContext} from 'ava';
import {execa} from 'execa';
import {testWith} from './helpers/test-with.js';
import {program} from './helpers/program.js';

const folderOf = (name: string): string =>
	fileURLToPath(new URL(`../install/${name}`, import.meta.url));

const script = folderOf('install.sh');

const system = process.platform === 'darwin' ? 'macos' : 'linux';
const name = `lifeblood-${system}-${process.arch}`;

const temporaryFolder = (t: ExecutionContext): string => {
	const folder = fs.realpathSync(
		fs.mkdtempSync(path.join(os.tmpdir(), 'lifeblood-install-')),
	);
	t.teardown(() => {
		fs.rmSync(folder, {recursive: true, force: true});
	});
	return folder;
};

const sumOf = (file: string): string =>
	createHash('sha256').update(fs.readFileSync(file)).digest('hex');

/** A folder as it is published: an executable for this machine, and its sum. It calls the program that is tested. */
const publish = (t: ExecutionContext): string => {
	const folder = temporaryFolder(t);
	const file = path.join(folder, name);
	const call = program.map((word) => `'${path.resolve(word)}'`).join(' ');
	fs.writeFileSync(file, `#!/bin/sh\nexec ${call} "$@"\n`, {mode: 0o644});
	fs.writeFileSync(`${file}.sha256`, `${sumOf(file)}  ${name}\n`);
	return folder;
};

type Installed = {
	readonly home: string;
	readonly exitCode: number | undefined;
	readonly stdout: string;
	readonly stderr: string;
};

const install = async (
	t: ExecutionContext,
	words: readonly string[],
	home = temporaryFolder(t),
	environment: Readonly<Record<string, string>> = {},
): Promise<Installed> => {
	const {exitCode, stdout, stderr} = await execa('sh', [script, ...words], {
		reject: false,
		extendEnv: false,
		env: {HOME: home, PATH: process.env['PATH'] ?? '', ...environment},
		cwd: home,
		stdin: 'ignore',
	});
	return {home, exitCode, stdout, stderr};
};

const serve = async (
	t: ExecutionContext,
	folder: string,
): Promise<{readonly url: string; readonly asked: string[]}> => {
	const asked: string[] = [];
	const server = http.createServer((request, response) => {
		const file = path.join(folder, path.basename(request.url ?? ''));
		asked.push(request.url ?? '');
		if (!fs.existsSync(file) || fs.statSync(file).isDirectory()) {
			response.writeHead(404).end();
			return;
		}

		response.end(fs.readFileSync(file));
	});
	await new Promise<void>((resolve) => {
		server.listen(0, '127.0.0.1', resolve);
	});
	t.teardown(() => {
		server.close();
		server.closeAllConnections();
	});
	const address = server.address();
	const port = typeof address === 'object' ? address?.port : undefined;
	return {url: `http://127.0.0.1:${port}/release/`, asked};
};

const installedFiles = [
	'bin/lifeblood',
	'share/bash-completion/completions/lifeblood',
	'share/fish/vendor_completions.d/lifeblood.fish',
	'share/zsh/site-functions/_lifeblood',
];

const filesIn = (home: string): readonly string[] => {
	const folder = path.join(home, '.local');
	return fs.existsSync(folder)
		? fs
				.readdirSync(folder, {recursive: true, withFileTypes: true})
				.filter((entry) => entry.isFile())
				.map((entry) =>
					path.relative(folder, path.join(entry.parentPath, entry.name)),
				)
				.toSorted()
		: [];
};

test('a file is installed for one user with completion, says what to do next, and is taken away again without the farm', async (t) => {
	const file = path.join(publish(t), name);
	const installed = await install(t, [file]);
	t.is(installed.exitCode, 0, installed.stderr);
	t.deepEqual(filesIn(installed.home), installedFiles);
	const placed = path.join(installed.home, '.local', 'bin', 'lifeblood');
	t.is(fs.statSync(placed).mode % 0o1000, 0o755);
	const {stdout: version} = await execa(placed, ['--version']);
	t.true(
		installed.stdout.includes(
			`lifeblood ${version} is installed at ${placed}.`,
		),
	);
	t.regex(installed.stdout, /export PATH="[^"]+\.local\/bin:\$PATH"/v);
	t.regex(installed.stdout, /lifeblood scheduler {2}the scheduler of a farm/v);
	for (const completion of installedFiles.slice(1)) {
		t.regex(
			fs.readFileSync(path.join(installed.home, '.local', completion), 'utf8'),
			/lifeblood/v,
		);
	}

	// Again, over itself.
	const again = await install(t, [file], installed.home);
	t.is(again.exitCode, 0);
	t.deepEqual(filesIn(installed.home), installedFiles);

	const farm = path.join(installed.home, '.config', 'lifeblood', 'farm.key');
	fs.mkdirSync(path.dirname(farm), {recursive: true});
	fs.writeFileSync(farm, 'key');
	const database = path.join(
		installed.home,
		'.local',
		'share',
		'lifeblood',
		'farm.db',
	);
	fs.mkdirSync(path.dirname(database));
	fs.writeFileSync(database, '');
	const cache = path.join(installed.home, '.cache', 'lifeblood', 'program');
	fs.mkdirSync(cache, {recursive: true});
	const gone = await install(t, ['--uninstall'], installed.home);
	t.is(gone.exitCode, 0);
	t.deepEqual(filesIn(installed.home), ['share/lifeblood/farm.db']);
	t.is(fs.existsSync(cache), system === 'macos');
	t.true(fs.existsSync(farm));
	const kept =
		system === 'linux' ? [path.dirname(farm), path.dirname(database)] : [];
	t.deepEqual(
		gone.stdout
			.split('\n')
			.slice(1)
			// As root, those in a place that is no part of this test.
			.filter((line) => !line.includes('/var/cache/')),
		kept.map(
			(folder) => `Farms, settings and keys that are still there: ${folder}`,
		),
	);
	const twice = await install(t, ['--uninstall'], installed.home);
	t.is(twice.exitCode, 1);
	t.regex(twice.stderr, /nothing is installed at/v);
});

test('who uses zsh is told how it finds the completion, until it does', async (t) => {
	const file = path.join(publish(t), name);
	const home = temporaryFolder(t);
	const line = `fpath=("${home}/.local/share/zsh/site-functions" $fpath)`;
	const shell = {SHELL: '/bin/zsh'};
	t.true((await install(t, [file], home, shell)).stdout.includes(line));
	fs.writeFileSync(path.join(home, '.zshrc'), line);
	t.false((await install(t, [file], home, shell)).stdout.includes(line));
	const other = await install(t, [file], temporaryFolder(t));
	t.false(other.stdout.includes('fpath'));
});

test('it is downloaded from an address, or from a folder that has one for each platform', async (t) => {
	const {url, asked} = await serve(t, publish(t));
	for (const address of [url, `${url}${name}`]) {
		const installed = await install(t, [address]); // eslint-disable-line no-await-in-loop -- one after the other
		t.is(installed.exitCode, 0, installed.stderr);
		t.deepEqual(filesIn(installed.home), installedFiles);
	}

	t.deepEqual(
		asked,
		[1, 2].flatMap(() => [`/release/${name}`, `/release/${name}.sha256`]),
	);
});

test('one list of sums for all platforms does as well', async (t) => {
	const folder = publish(t);
	const file = path.join(folder, name);
	fs.rmSync(`${file}.sha256`);
	fs.writeFileSync(
		path.join(folder, 'SHA256SUMS'),
		`${'0'.repeat(64)}  lifeblood-other\n${sumOf(file)}  ${name}\n`,
	);
	const {url} = await serve(t, folder);
	for (const source of [file, url]) {
		const installed = await install(t, [source]); // eslint-disable-line no-await-in-loop -- one after the other
		t.is(installed.exitCode, 0, installed.stderr);
	}
});

test('a file with another sum, or without any, is not installed', async (t) => {
	const folder = publish(t);
	const file = path.join(folder, name);
	const sum = sumOf(file);
	fs.appendFileSync(file, '# changed on the way\n');
	const {url} = await serve(t, folder);
	for (const source of [file, url]) {
		const refused = await install(t, [source]); // eslint-disable-line no-await-in-loop -- one after the other
		t.is(refused.exitCode, 1);
		t.regex(refused.stderr, /is damaged or not what was published/v);
		t.true(refused.stderr.includes(sum));
		t.deepEqual(filesIn(refused.home), []);
	}

	fs.rmSync(`${file}.sha256`);
	for (const source of [file, url]) {
		const refused = await install(t, [source]); // eslint-disable-line no-await-in-loop -- one after the other
		t.is(refused.exitCode, 1);
		t.regex(refused.stderr, /there is no sum to check it by/v);
		t.deepEqual(filesIn(refused.home), []);
	}

	const given = await install(t, ['--sha256', sumOf(file), file]);
	t.is(given.exitCode, 0, given.stderr);
});

test('what does not run is not put in the place of what does', async (t) => {
	const folder = publish(t);
	const file = path.join(folder, name);
	const {home} = await install(t, [file]);
	fs.writeFileSync(file, '#!/bin/sh\nexit 1\n');
	fs.writeFileSync(`${file}.sha256`, `${sumOf(file)}  ${name}\n`);
	const refused = await install(t, [file], home);
	t.is(refused.exitCode, 1);
	t.regex(refused.stderr, /does not run on this machine/v);
	t.deepEqual(filesIn(home), installedFiles);
	const {exitCode} = await execa(path.join(home, '.local/bin/lifeblood'), [
		'--version',
	]);
	t.is(exitCode, 0);
});

test('what it is told wrongly, it says', async (t) => {
	const home = temporaryFolder(t);
	for (const [words, message] of [
		[['--colour'], /there is no option --colour/v],
		[['--prefix'], /--prefix needs a value/v],
		[['a', 'b'], /one file or address, not also b/v],
		[['missing'], /there is no file missing/v],
		[['http://127.0.0.1:1/'], /could not be downloaded/v],
	] as const) {
		const {exitCode, stderr} = await install(t, words, home); // eslint-disable-line no-await-in-loop -- one after the other
		t.is(exitCode, 1);
		t.regex(stderr, message);
	}

	t.deepEqual(filesIn(home), []);
});

testWith(['shellcheck'], 'shellcheck finds nothing in it', async (t) => {
	const {stdout, exitCode} = await execa('shellcheck', [script], {
		reject: false,
	});
	t.is(stdout, '');
	t.is(exitCode, 0);
});

testWith(
	['systemd-analyze'],
	'systemd finds nothing wrong with the units',
	async (t) => {
		const {home} = await install(t, [path.join(publish(t), name)]);
		const placed = path.join(home, '.local', 'bin', 'lifeblood');
		for (const kind of ['system', 'user'] as const) {
			const folder = temporaryFolder(t);
			const units = fs.readdirSync(folderOf(`systemd/${kind}`)).map((unit) => {
				const file = path.join(folder, unit);
				const text = fs.readFileSync(
					folderOf(`systemd/${kind}/${unit}`),
					'utf8',
				);
				// It looks whether the program is there.
				fs.writeFileSync(
					file,
					text.replace(/^ExecStart=\S+/mv, () => `ExecStart=${placed}`),
				);
				return file;
			});
			t.is(units.length, 2);
			// eslint-disable-next-line no-await-in-loop -- one after the other
			const {all, exitCode} = await execa(
				'systemd-analyze',
				['verify', `--${kind}`, '--man=no', ...units],
				{reject: false, all: true, env: {XDG_RUNTIME_DIR: folder}},
			);
			// Of these units: it also tells of others on the machine. One setting is passed over before systemd 254.
			t.deepEqual(
				all
					.split('\n')
					.filter(
						(line) =>
							line.includes('lifeblood') &&
							!line.includes("Unknown key 'DelegateSubgroup'"),
					),
				[],
			);
			t.is(exitCode, 0, all);
		}
	},
);
