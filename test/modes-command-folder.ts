import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import test, {type ExecutionContext} from 'ava';
import {execa} from 'execa';

/** A place whose name a shell reads in many ways. */
const makePlace = async (t: ExecutionContext): Promise<string> => {
	const folder = await fs.mkdtemp(
		path.join(os.tmpdir(), 'lifeblood it\'s "a" $HOME `id` place\'-'),
	);
	t.teardown(async () => {
		await fs.rm(folder, {recursive: true});
	});
	return folder;
};

/** A program that makes its own command when it is told to, and else says how it was started. */
const makeProgram = async (place: string): Promise<string> => {
	const file = path.join(place, 'the program.mts');
	const source = new URL('../source/modes/command-folder.ts', import.meta.url);
	await fs.writeFile(
		file,
		`import {makeCommandFolder} from ${JSON.stringify(source.href)};
const [, , ...words] = process.argv;
console.log(
	words[0] === 'make'
		? await makeCommandFolder(words[1]!)
		: JSON.stringify({words, environment: process.env, flags: process.execArgv}),
);
`,
	);
	return file;
};

const make = async (
	program: string,
	state: string,
	flags: readonly string[] = ['--import=tsx'],
): Promise<string> => {
	const {stdout} = await execa(process.execPath, [
		...flags,
		program,
		'make',
		state,
	]);
	return stdout;
};

test('the command runs its program with any words, wherever it lies, and needs nothing of the environment', async (t) => {
	const place = await makePlace(t);
	const program = await makeProgram(place);
	const folder = await make(program, path.join(place, 'state'));
	t.deepEqual(await fs.readdir(folder), ['lifeblood']);
	const command = path.join(folder, 'lifeblood');
	const words = ['job', "it's", '', '$HOME', '"a b"', '*', 'a\nb', '-n'];
	for (const given of [words, []]) {
		// eslint-disable-next-line no-await-in-loop -- one after the other
		const {stdout} = await execa(command, given, {
			cwd: os.tmpdir(),
			extendEnv: false,
			env: {},
		});
		const said = JSON.parse(stdout) as {
			readonly words: string[];
			readonly environment: Record<string, string>;
		};
		t.deepEqual(said.words, given);
		t.deepEqual(
			Object.keys(said.environment).filter(
				(name) => !['PWD', 'OLDPWD', '_', 'SHLVL'].includes(name),
			),
			[],
		);
	}
});

test('what Node was told to load is found from any folder, and what a process tells its own programs is not taken for it', async (t) => {
	const place = await makePlace(t);
	const program = await makeProgram(place);
	for (const flags of [
		['--import', 'tsx'],
		['--import=tsx', '--no-warnings', '--import=./ava.config.js'],
	]) {
		/* eslint-disable no-await-in-loop -- one after the other */
		const folder = await make(program, path.join(place, 'state'), flags);
		const run = async (word: string) =>
			execa(path.join(folder, 'lifeblood'), [word], {
				cwd: place,
				extendEnv: false,
				env: {NODE_OPTIONS: '--require=./not-there.js'},
				reject: false,
			});
		const {exitCode, stderr} = await run('job');
		t.is(exitCode, 0, `It said: ${stderr}`);
		// Only there: other commands may start programs of one's own.
		t.not((await run('worker')).exitCode, 0);
		/* eslint-enable no-await-in-loop */
	}
});

test('workers that start at once share one command; another program has its own; one that was spoilt is made anew', async (t) => {
	const place = await makePlace(t);
	const state = path.join(place, 'state');
	const program = await makeProgram(place);
	const folders = await Promise.all(
		Array.from({length: 4}, async () => make(program, state)),
	);
	const [folder = ''] = folders;
	t.is(new Set(folders).size, 1);
	t.deepEqual(await fs.readdir(folder), ['lifeblood']);

	const other = path.join(place, 'other.mts');
	await fs.copyFile(program, other);
	t.not(await make(other, state), folder);

	const command = path.join(folder, 'lifeblood');
	const text = await fs.readFile(command, 'utf8');
	for (const spoil of [
		async () => fs.chmod(command, 0o644),
		async () => fs.writeFile(command, 'half of'),
		async () => fs.rm(command),
	]) {
		/* eslint-disable no-await-in-loop -- one after the other */
		await spoil();
		t.is(await make(program, state), folder);
		t.is(await fs.readFile(command, 'utf8'), text);
		t.is((await fs.stat(command)).mode % 0o1000, 0o755);
		/* eslint-enable no-await-in-loop */
	}
});
