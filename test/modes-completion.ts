import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {execa} from 'execa';
import {fishCompletion} from '../source/modes/completion-fish.js';
import {
	bashCompletion,
	zshCompletion,
} from '../source/modes/completion-bash.js';
import {commandTable} from '../source/modes/command-table.js';
import {completedCommands} from '../source/modes/completion-model.js';
import {runCommand} from './helpers/run-command.js';
import {testWith} from './helpers/test-with.js';

/** What bash offers after these words, the last of which is being written. */
const offered = async (
	t: ExecutionContext,
	words: readonly string[],
	files: readonly string[] = [],
): Promise<string[]> => {
	const folder = await fs.mkdtemp(path.join(os.tmpdir(), 'lifeblood-test-'));
	t.teardown(async () => {
		await fs.rm(folder, {recursive: true});
	});
	for (const file of files) {
		// eslint-disable-next-line no-await-in-loop -- in order
		await (file.endsWith('/')
			? fs.mkdir(path.join(folder, file))
			: fs.writeFile(path.join(folder, file), ''));
	}

	const script = `${bashCompletion()}
COMP_WORDS=("$@")
COMP_CWORD=$(($# - 1))
_lifeblood
printf '%s\\n' "\${COMPREPLY[@]}"`;
	const {stdout} = await execa(
		'bash',
		['--norc', '-c', script, 'bash', 'lifeblood', ...words],
		{cwd: folder},
	);
	return stdout.split('\n').filter((line) => line !== '');
};

test('the first word is completed to commands and families', async (t) => {
	const all = await offered(t, ['']);
	for (const {name} of commandTable) {
		t.true(all.includes(name.split(' ', 1)[0] ?? ''), name);
	}

	t.deepEqual(await offered(t, ['sch']), ['scheduler']);
	t.deepEqual(await offered(t, ['completi']), ['completion']);
});

test('the second word is completed within its family', async (t) => {
	t.deepEqual(await offered(t, ['db', 'b']), ['backup']);
	t.deepEqual(await offered(t, ['--json', 'key', '']), [
		'show',
		'create',
		'rotate',
	]);
	t.deepEqual(await offered(t, ['worker', 'dr']), ['drain']);
});

test('flags are those of the command, and those of all', async (t) => {
	t.deepEqual(await offered(t, ['graph', 'apply', '--dr']), ['--dry-run']);
	t.deepEqual(await offered(t, ['scheduler', '--no']), ['--no-broadcast']);
	t.deepEqual(await offered(t, ['key', 'show', '--']), [
		'--view-only',
		'--config-dir',
		'--log-level',
		'--scheduler',
		'--key-file',
		'--insecure',
		'--json',
		'--help',
	]);
	const first = await offered(t, ['--']);
	t.true(first.includes('--version'));
});

for (const {name, flags} of completedCommands()) {
	test(`every flag of ${name} is offered`, async (t) => {
		const all = await offered(t, [...name.split(' '), '--']);
		t.deepEqual(
			all,
			flags.map((flag) => flag.name),
		);
	});
}

test('values that are fixed are offered, also behind an equals sign and a comma', async (t) => {
	t.deepEqual(await offered(t, ['task', 'list', '--log-level', 'd']), [
		'debug',
	]);
	t.deepEqual(await offered(t, ['--log-level', 'd']), ['debug']);
	t.deepEqual(await offered(t, ['task', 'list', '--log-level', '=', 'd']), [
		'debug',
	]);
	t.deepEqual(await offered(t, ['task', 'list', '--log-level', '=']), [
		'error',
		'warn',
		'info',
		'debug',
	]);
	t.deepEqual(await offered(t, ['task', 'list', '--state', 'error,spl']), [
		'error,splitted',
	]);
	t.deepEqual(await offered(t, ['completion', 'z']), ['zsh']);
	t.deepEqual(await offered(t, ['completion', 'zsh', '']), []);
});

test('files and folders are offered where they belong, with spaces in their names', async (t) => {
	const files = ['a graph.yaml', 'another/', 'b.yaml'];
	const inOrder = async (words: readonly string[]) => {
		const found = await offered(t, words, files);
		return found.toSorted();
	};

	t.deepEqual(await inOrder(['graph', 'apply', 'a']), [
		'a graph.yaml',
		'another',
	]);
	t.deepEqual(await inOrder(['--config-dir', 'a']), ['another']);
	t.deepEqual(await inOrder(['key', 'show', '--key-file', 'b']), ['b.yaml']);
	t.deepEqual(await inOrder(['key', 'show', '']), []);
});

test('a value that looks like a command does not count as one', async (t) => {
	t.deepEqual(await offered(t, ['--scheduler', 'task', 'db', 'ch']), ['check']);
});

test('a flag takes a value in every command, or in none', (t) => {
	const kinds = new Map<string, boolean>();
	for (const {name, flags} of completedCommands()) {
		for (const flag of flags) {
			const isValue = flag.value !== undefined;
			t.is(kinds.get(flag.name) ?? isValue, isValue, `${name} ${flag.name}`);
			kinds.set(flag.name, isValue);
		}
	}
});

test('the script for zsh is that for bash, run by its own bashcompinit', (t) => {
	t.true(
		zshCompletion().startsWith(
			'#compdef lifeblood\nautoload -U +X bashcompinit && bashcompinit\n',
		),
	);
	t.true(zshCompletion().includes(bashCompletion()));
});

test('the script for fish names every command and flag, with quotes that close', (t) => {
	const script = fishCompletion();
	for (const {name, flags} of completedCommands()) {
		for (const flag of flags) {
			t.true(
				script.includes(`-n '__lifeblood_is ${name}' -l ${flag.name.slice(2)}`),
			);
		}
	}

	for (const line of script.split('\n')) {
		const quotes = line.replaceAll(String.raw`\'`, '').match(/'/gv) ?? [];
		t.is(quotes.length % 2, 0, line);
	}
});

/** What is read of each script is what a shell finds where it looks for it. */
const installed = async (
	t: ExecutionContext,
	name: string,
	script: string,
): Promise<string> => {
	const folder = await fs.mkdtemp(path.join(os.tmpdir(), 'lifeblood-test-'));
	t.teardown(async () => {
		await fs.rm(folder, {recursive: true});
	});
	await fs.writeFile(path.join(folder, name), script);
	return folder;
};

testWith(
	['zsh'],
	'zsh finds the script by itself, and completes at the first key',
	async (t) => {
		const folder = await installed(t, '_lifeblood', zshCompletion());
		const completions = [
			['sched', 'scheduler'],
			['task pau', 'pause'],
			['--log-level de', 'debug'],
		] as const;
		const script = [
			'zmodload zsh/zpty',
			'zpty shell zsh -f -i',
			String.raw`zpty -w shell "PS1=; fpath=(${folder} \$fpath); autoload -U compinit; compinit -u -D; print rea''dy"`,
			"zpty -r shell seen '*ready*'",
			...completions.map(
				([begun, whole]) =>
					String.raw`zpty -w -n shell 'lifeblood ${begun}'$'\t'; zpty -r shell seen '*${whole}*'; zpty -w -n shell $'\C-u'; print ${whole}`,
			),
			'zpty -d shell',
		].join('\n');
		const {stdout} = await execa('zsh', ['-fc', script], {timeout: 60_000});
		t.deepEqual(
			stdout.split('\n'),
			completions.map(([, whole]) => whole),
		);
	},
);

testWith(['fish'], 'fish completes by the script', async (t) => {
	const folder = await installed(t, 'lifeblood.fish', fishCompletion());
	const complete = async (line: string): Promise<string[]> => {
		const {stdout} = await execa('fish', [
			'--no-config',
			'-c',
			`source ${folder}/lifeblood.fish; complete -C ${JSON.stringify(line)}`,
		]);
		return stdout.split('\n').map((found) => found.split('\t', 1)[0] ?? '');
	};

	t.deepEqual(await complete('lifeblood sched'), ['scheduler']);
	t.deepEqual(await complete('lifeblood task pau'), ['pause']);
	t.deepEqual(await complete('lifeblood --log-level de'), ['debug']);
});

test('an unknown shell is wrong usage', async (t) => {
	const {status, stderr} = await runCommand(['completion', 'tcsh']);
	t.is(status, 2);
	t.regex(stderr, /bash, zsh(?:,| and) fish|"tcsh"/v);
});

test('the command prints the script', async (t) => {
	const {status, stdout} = await runCommand(['completion', 'bash']);
	t.is(status, 0);
	t.is(stdout, bashCompletion());
});
