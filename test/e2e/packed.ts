/* eslint-disable ava/no-ignored-test-files -- only where there is no executable to test */
/* What only a single executable has to prove. It is the one that LIFEBLOOD_TEST_PROGRAM names; without that there is nothing to test, and ava.config.js leaves this file out. */
import {Buffer} from 'node:buffer';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import test, {type ExecutionContext} from 'ava';
import {execa} from 'execa';
import {createFarm, type FarmProcess} from '../helpers/farm-process.js';
import {python} from '../helpers/python.js';
import {program} from '../helpers/program.js';
import {job, notRunOnce, shell, waitFor} from '../helpers/run-account.js';
import {openTerminal} from '../helpers/terminal.js';
import {until} from '../helpers/until.js';

const executable = path.resolve(program[0]);

/** A user's number without a name, home or rights, where the tests run as root; else whoever runs them. */
const ordinaryUser = process.geteuid?.() === 0 ? 65_533 : process.geteuid?.();

const temporaryFolder = (t: ExecutionContext): string => {
	const folder = fs.mkdtempSync(
		path.join(fs.realpathSync(os.tmpdir()), 'lifeblood-packed-'),
	);
	t.teardown(() => {
		fs.rmSync(folder, {recursive: true, force: true});
	});
	// For the user without rights too.
	fs.chmodSync(folder, 0o755);
	return folder;
};

/** A folder that the ordinary user may write to. */
const ownFolder = (t: ExecutionContext): string => {
	const folder = temporaryFolder(t);
	fs.chownSync(folder, ordinaryUser ?? 0, ordinaryUser ?? 0);
	return folder;
};

/** In a folder that nobody else's rights hide, and nobody may write to. */
const copyOf = (t: ExecutionContext, name = 'lifeblood'): string => {
	const folder = temporaryFolder(t);
	const file = path.join(folder, name);
	fs.copyFileSync(executable, file, fs.constants.COPYFILE_FICLONE);
	fs.chmodSync(file, 0o555);
	fs.chmodSync(folder, 0o555);
	t.teardown(() => {
		fs.chmodSync(folder, 0o755);
	});
	return file;
};

type Run = {
	readonly exitCode: number | undefined;
	readonly stdout: string;
	readonly stderr: string;
};

/** With this environment and no other. */
const run = async (
	file: string,
	words: readonly string[],
	environment: Readonly<Record<string, string>> = {},
): Promise<Run> => {
	const {exitCode, stdout, stderr} = await execa(file, words, {
		reject: false,
		extendEnv: false,
		env: environment,
		cwd: '/',
		stdin: 'ignore',
		timeout: 60_000,
	});
	return {exitCode, stdout, stderr};
};

const runAsOrdinaryUser: typeof run = async (file, words, environment) =>
	ordinaryUser === process.geteuid?.()
		? run(file, words, environment)
		: run(
				'/usr/bin/setpriv',
				[
					`--reuid=${ordinaryUser}`,
					`--regid=${ordinaryUser}`,
					'--clear-groups',
					'--',
					file,
					...words,
				],
				environment,
			);

const versionLine = /^\d+\.\d+\.\d+$/v;

const isVersion = (t: ExecutionContext, result: Run): void => {
	t.like(result, {exitCode: 0, stderr: ''});
	t.regex(result.stdout, versionLine);
};

/** The folders with program files below. */
const programFoldersIn = (root: string): readonly string[] =>
	fs.existsSync(root)
		? fs
				.readdirSync(root)
				.filter((name) => fs.existsSync(path.join(root, name, '.complete')))
		: [];

test('it runs with an empty environment, and through links from anywhere', async (t) => {
	isVersion(t, await run(executable, ['--version']));
	const folder = temporaryFolder(t);
	fs.symlinkSync(executable, path.join(folder, 'first'));
	fs.symlinkSync('first', path.join(folder, 'second'));
	isVersion(t, await run(path.join(folder, 'second'), ['--version']));
	// An argument that happens to be a file is an argument.
	const file = path.join(folder, 'lifeblood.js');
	fs.writeFileSync(file, 'throw new Error("It was run.");');
	const mistaken = await run(executable, [file]);
	t.is(mistaken.exitCode, 2);
	t.regex(mistaken.stderr, /lifeblood\.js/v);
});

test('it runs from a read-only folder as an ordinary user, who has neither a name nor a home', async (t) => {
	const file = copyOf(t);
	const temporary = ownFolder(t);
	isVersion(
		t,
		await runAsOrdinaryUser(file, ['--version'], {
			TMPDIR: temporary,
			HOME: '/nonexistent',
		}),
	);
	// What comes from it is whole: this one reads most of the program.
	const root = path.join(temporary, `lifeblood-${ordinaryUser}`);
	t.is(programFoldersIn(root).length, 1);
	const help = await runAsOrdinaryUser(file, ['task', '--help'], {
		TMPDIR: temporary,
		HOME: '/nonexistent',
	});
	t.is(help.exitCode, 0);
	t.regex(help.stdout, /lifeblood task/v);
	t.deepEqual(fs.readdirSync(path.dirname(file)), [path.basename(file)]);
});

test('where nothing can be written, it says so in one line', async (t) => {
	const file = copyOf(t);
	const closed = temporaryFolder(t);
	fs.chmodSync(closed, 0o555);
	const {exitCode, stdout, stderr} = await runAsOrdinaryUser(
		file,
		['--version'],
		{TMPDIR: path.join(closed, 'none'), HOME: closed},
	);
	t.is(exitCode, 1);
	t.is(stdout, '');
	t.regex(
		stderr,
		/^lifeblood: no folder can be used for the program's files \(.*EACCES.*\); set XDG_CACHE_HOME to one that you can write to\.$/v,
	);
});

test('several first starts at once all run, and leave one folder that is whole', async (t) => {
	const file = copyOf(t);
	const cache = ownFolder(t);
	const starts = await Promise.all(
		Array.from({length: 6}, async () =>
			runAsOrdinaryUser(file, ['--version'], {XDG_CACHE_HOME: cache}),
		),
	);
	for (const start of starts) {
		isVersion(t, start);
	}

	const root = path.join(cache, 'lifeblood', 'program');
	const [name] = programFoldersIn(root);
	t.true(name !== undefined);
	t.deepEqual(fs.readdirSync(root), [name ?? '']);

	// A lost file is put back by the next start.
	const lost = path.join(root, name ?? '', 'command-line.js');
	fs.rmSync(lost);
	isVersion(
		t,
		await runAsOrdinaryUser(file, ['--version'], {XDG_CACHE_HOME: cache}),
	);
	t.true(fs.existsSync(lost));
});

const plugin = (type: string, value: string): string => `
	defineNode({
		type: '${type}',
		label: '${type}',
		description: 'Notes that it was here.',
		parameters: {},
		process: () => ({kind: 'pass', set: {${type}: ${value}}}),
	})`;

/** One node for each part that is a file of its own: native code, WebAssembly, Python, plugins, the job's client. */
const everyPart = async (farm: FarmProcess): Promise<void> => {
	const plugins = path.join(farm.folder, 'config', 'plugins');
	fs.mkdirSync(plugins, {recursive: true});
	fs.writeFileSync(
		path.join(plugins, 'plain.js'),
		`export default ({defineNode}) => ${plugin('from_js', 'true')};`,
	);
	fs.writeFileSync(
		path.join(plugins, 'typed.ts'),
		`type Part = {readonly defineNode: (node: unknown) => unknown};
		const value: number = 12;
		export default ({defineNode}: Part): unknown => ${plugin('from_ts', 'value')};`,
	);
};

test('a farm does all that a farm does', async (t) => {
	const farm = createFarm(t);
	await everyPart(farm);
	await farm.scheduler();
	await farm.worker();
	await farm.graph(
		{
			js: {type: 'from_js'},
			ts: {type: 'from_ts'},
			shell: {
				type: 'command',
				parameters: shell(
					'set -eu; lifeblood job attr set "seen=$(lifeblood job attr get name)" frame:=7',
				),
			},
			expression: {
				type: 'command',
				parameters: {
					command: [
						{arg: 'sh'},
						{arg: '-c'},
						{arg: 'echo "$1"'},
						{arg: 'sh'},
						{arg: {expr: 'attr.frame * 6'}},
					],
				},
			},
			python: {
				type: 'script',
				parameters: {
					invoke: [
						'import lifeblood_connection as farm',
						"farm.set_attributes({'python': task['frame'] + 1}, blocking=True)",
						"task['end'] = True",
					].join('\n'),
					interpreter: python,
					cpus: 0.1,
				},
			},
		},
		['js -> ts', 'ts -> shell', 'shell -> expression', 'expression -> python'],
	);
	const id = await farm.submit('js', {attributes: {name: 'ü'}});
	t.like(await farm.rest(id, 60), {errors: 0});
	t.deepEqual((await farm.task(id)).attributes, {
		name: 'ü',
		from_js: true,
		from_ts: 12,
		seen: 'ü',
		frame: 7,
		python: 8,
		end: true,
	});
	const invocations = await farm.invocations(id);
	t.is(invocations.length, 3);

	const script = await farm.printed(['completion', 'bash']);
	t.regex(script, /complete .*lifeblood/v);
	const database = ['--db', path.join(farm.folder, 'farm.db')];
	t.is(await farm.status(['db', 'check', ...database]), 0);

	const terminal = await openTerminal(t, {farm, words: ['view']});
	await terminal.shows('live', 30_000);
	await terminal.press('2');
	// Boxes are laid out by a thread of its own.
	await terminal.shows(
		(screen) =>
			['js', 'ts', 'shell', 'python'].every((name) => screen.includes(name)) &&
			screen.includes('┃'),
		30_000,
	);
	await terminal.press('q');
	t.is(await terminal.ended(), 0);
});

/** The same program as another build: only the name of its folder, which is made of version and content, is another. */
const rebuilt = (t: ExecutionContext, target: string): void => {
	const bytes = fs.readFileSync(executable);
	const found = /\{"name":"(?<name>\d+\.\d+\.\d+-[\da-f]{12})","files":\[/v;
	const at = bytes.indexOf('{"name":"');
	let from = at;
	let name: string | undefined;
	while (from !== -1 && name === undefined) {
		name = found.exec(bytes.toString('latin1', from, from + 60))?.groups?.[
			'name'
		];
		if (name === undefined) {
			from = bytes.indexOf('{"name":"', from + 1);
		}
	}

	t.true(name !== undefined);
	const changed = `9${(name ?? '').slice(1)}`;
	Buffer.from(changed, 'latin1').copy(bytes, from + '{"name":"'.length);
	fs.writeFileSync(`${target}.new`, bytes, {mode: 0o755});
	// As install.sh does it: whoever runs goes on with the old file.
	fs.renameSync(`${target}.new`, target);
};

/** Whether a process has something of the program's folder loaded whose name begins so. */
const runsFrom = (pid: number, begin: string): boolean =>
	fs
		.readFileSync(`/proc/${pid}/maps`, 'utf8')
		.split('\n')
		.some((line) => line.includes(`/${begin}`) && line.endsWith('.node'));

test('the executable of a running farm is replaced, scheduler first, and no frame is lost or run twice', async (t) => {
	t.teardown(() => {
		// Root's programs are there, and not in the farm's own home. Said first, and so done when the farm is gone.
		for (const folder of fs.globSync('/var/cache/lifeblood/program/9.*')) {
			fs.rmSync(folder, {recursive: true, force: true});
		}
	});
	const file = path.join(temporaryFolder(t), 'lifeblood');
	fs.copyFileSync(executable, file, fs.constants.COPYFILE_FICLONE);
	fs.chmodSync(file, 0o755);
	const farm = createFarm(t, {run: [file]});
	const before = await farm.scheduler();
	// They share the machine's cores: four frames run, and as many wait.
	const startWorker = async (name: string) =>
		farm.worker({name, cpus: 4, flags: ['--groups', name]});
	const oldWorkers = [await startWorker('one'), await startWorker('two')];
	// A frame that runs through the update talks to its worker before and after, by the command it began with.
	const parameters = job(
		`lifeblood job attr set before=yes; ${waitFor('updated')}; lifeblood job attr set after=yes`,
	);
	await farm.graph({
		one: {type: 'command', parameters: {...parameters, worker_groups: 'one'}},
		two: {type: 'command', parameters: {...parameters, worker_groups: 'two'}},
	});
	const frames = await Promise.all(
		Array.from({length: 8}, async (_, index) =>
			farm.submit(index % 2 === 0 ? 'one' : 'two'),
		),
	);
	const running = await farm.begun(4, 60_000);
	await until(
		async () => {
			const tasks = await Promise.all(
				running.map(async ({task}) => farm.task(task)),
			);
			return tasks.every(({attributes}) => attributes['before'] === 'yes')
				? true
				: undefined;
		},
		{what: 'the running frames to speak', within: 60_000},
	);

	rebuilt(t, file);
	t.like(await before.end('SIGTERM'), {code: 0});
	const after = await farm.scheduler();
	t.true(runsFrom(after.pid, '9.'));
	for (const old of oldWorkers) {
		t.false(old.hasEnded());
		/* eslint-disable no-await-in-loop -- one worker after the other, as people do it */
		await farm.workerIn(old.name, 'busy', 30_000);
		await old.end('SIGKILL');
		const fresh = await startWorker(old.name);
		/* eslint-enable no-await-in-loop */
		t.true(runsFrom(fresh.pid, '9.'));
	}

	t.is(farm.runs().length, 4);
	farm.open('updated');
	t.like(await farm.rest(frames, 90), {errors: 0});
	t.is(farm.runs().length, frames.length);
	t.deepEqual(notRunOnce(farm.runs()), []);
	for (const frame of frames) {
		const {attributes, attempts, state} = await farm.task(frame); // eslint-disable-line no-await-in-loop -- a few
		t.like(
			{attributes, attempts, state},
			{attributes: {before: 'yes', after: 'yes'}, attempts: 1, state: 'done'},
		);
	}
});
