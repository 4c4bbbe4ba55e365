import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import test from 'ava';
import fc from 'fast-check';
import type {Host} from '../source/config/host.js';
import {configFile, loadSchedulerConfig} from '../source/config/load.js';
import {loadPackages, packagesFile} from '../source/config/packages.js';
import {FarmError} from '../source/core/errors.js';
import {parseGraphFile} from '../source/modes/graph-file.js';
import {parseAssignment} from '../source/modes/parse-assignment.js';
import {parseCommandLine} from '../source/modes/parse-command-line.js';
import {parseFrames} from '../source/modes/parse-frames.js';
import {parseJobLine} from '../source/modes/parse-job-line.js';
import {createSandbox} from '../source/sandbox/sandbox.js';
import {assertFor} from './helpers/assert-for.js';
import {plainScope} from './helpers/plain-scope.js';

// One test after the other, each of which has its time. Fast-check prints the seed of what fails; `fc.assert(…, {seed})` plays it again.
const duration = 1000;

/** What it threw, if that was a fault in words, and nothing where it gave a value; anything else fails the test. */
const faultOf = async (act: () => unknown): Promise<string> => {
	try {
		await act();
		return '';
	} catch (error) {
		if (error instanceof FarmError && error.code !== 'INTERNAL') {
			return error.message;
		}

		throw error;
	}
};

const yamlPieces = fc.constantFrom(
	'nodes:',
	'\n  a: ',
	'{type: null}',
	'{type: command, parameters: {cpus: 1}}',
	'\nconnections:\n  - a -> a',
	'&x ',
	'*x',
	'<<: ',
	'!!binary ',
	'!!js/function ',
	'!<tag:yaml.org,2002:set> ',
	'? ',
	': ',
	'- ',
	'| ',
	'---\n',
	'...\n',
	String.raw`"\ud800"`,
	'__proto__: ',
	'.nan',
	'0x1F',
	'1e999',
	'\t',
	'[',
	'}',
	'%YAML 9.9\n',
	'#',
	'\u{FEFF}',
);

test.serial(
	'any graph file, whole or broken, is a document or faults with their lines',
	async (t) => {
		await assertFor(
			fc.property(
				fc.oneof(
					fc.string({unit: 'binary'}),
					fc
						.array(fc.oneof(yamlPieces, fc.string({maxLength: 5})), {
							maxLength: 30,
						})
						.map((pieces) => pieces.join('')),
					fc.jsonValue().map((value) => JSON.stringify(value)),
					fc
						.record({nodes: fc.jsonValue(), connections: fc.jsonValue()})
						.map((value) => JSON.stringify(value)),
				),
				(text) => {
					const file = parseGraphFile(text, 'x');
					const faults = file.kind === 'read' ? [] : file.faults;
					t.true(faults.every(({line}) => line === undefined || line > 0));
					t.true(
						faults.every(({message}) => /^[^\n]+$/v.test(message)),
						JSON.stringify(faults),
					);
				},
			),
			duration,
		);
	},
);

test.serial(
	'graph files that are bombs are refused, or read in bounded time',
	(t) => {
		const before = performance.now();
		for (const text of [
			'['.repeat(50_000),
			`nodes: ${'{a: '.repeat(5000)}`,
			`nodes:\n${Array.from({length: 3000}, (_, index) => `  n${index}: {type: null}`).join('\n')}`,
			`a: &a [${'x, '.repeat(1000)}]\nb: &b [${'*a, '.repeat(1000)}]\nc: [${'*b, '.repeat(1000)}]`,
			'a: &a {b: *a}',
			'&a [*a]',
			`nodes: {a: {type: "${'x'.repeat(1_000_000)}"}}`,
			`${'- '.repeat(20_000)}x`,
		]) {
			const {kind} = parseGraphFile(text, 'x');
			t.true(kind === 'read' || kind.length > 0);
		}

		t.true(performance.now() - before < 60_000);
	},
);

const withHome = async (
	act: (host: Host, folder: string) => Promise<void>,
): Promise<void> => {
	const home = await fs.mkdtemp(path.join(os.tmpdir(), 'lifeblood-fuzz-'));
	try {
		await act(
			{environment: {}, platform: 'linux', home, cwd: home, name: 'machine'},
			path.join(home, '.config', 'lifeblood'),
		);
	} finally {
		await fs.rm(home, {recursive: true, force: true});
	}
};

const tomlPieces = fc.constantFrom(
	'[core]\n',
	'[scheduler.invocation]\n',
	'[[core]]\n',
	'[package.blender."3.4"]\n',
	'server_port = ',
	'farm = ',
	'attempts = ',
	'env.PATH.prepend = ',
	'"a"',
	'-1',
	'1e999',
	'9007199254740993',
	'nan',
	'1979-05-27T07:32:00Z',
	"'''",
	'"""',
	'[1, [2]]',
	'{a = 1}',
	'__proto__ = 1',
	'"" = 1',
	'"$import" = "/nowhere"',
	'\n',
	'\u{0}',
	'=',
	'.',
);

for (const [what, place, load] of [
	[
		'configuration',
		(folder: string) => configFile(folder, 'scheduler'),
		async (host: Host) => loadSchedulerConfig({host}),
	],
	[
		'list of packages',
		packagesFile,
		async (host: Host) =>
			loadPackages(path.join(host.home, '.config', 'lifeblood')),
	],
] as const) {
	test.serial(
		`any ${what} is read, or told what is wrong with it line by line`,
		async (t) => {
			await withHome(async (host, folder) => {
				const file = place(folder);
				await fs.mkdir(path.dirname(file), {recursive: true});
				await assertFor(
					fc.asyncProperty(
						fc.oneof(
							fc.string({unit: 'binary'}),
							fc
								.array(fc.oneof(tomlPieces, fc.string({maxLength: 4})), {
									maxLength: 20,
								})
								.map((pieces) => pieces.join('')),
						),
						async (text) => {
							await fs.writeFile(file, text);
							const fault = await faultOf(async () => load(host));
							t.notRegex(fault, /node_modules|\.[jt]s:\d|\n at /v);
						},
					),
					duration,
				);
			});
		},
	);
}

test.serial(
	'any words are a command, or one line that says what is wrong with them',
	async (t) => {
		const word = fc.oneof(
			fc.constantFrom(
				'task',
				'list',
				'submit',
				'job',
				'attr',
				'set',
				'graph',
				'apply',
				'worker',
				'--json',
				'--group',
				'--attr',
				'--',
				'-',
				'-1',
				'--no-',
				'--=',
				'--__proto__',
				'--constructor=1',
				'__proto__',
				'',
				'\u{D800}',
			),
			fc.string({unit: 'binary', maxLength: 8}),
		);
		await assertFor(
			fc.asyncProperty(fc.array(word, {maxLength: 7}), async (words) => {
				const fault = await faultOf(() => {
					parseCommandLine(words);
					parseJobLine(words);
				});
				t.true(
					fault.split('\n').length <= 1 + words.join('').split('\n').length,
				);
			}),
			duration,
		);
	},
);

test.serial(
	'any assignment and any list of frames is a value, or told in words',
	async (t) => {
		await assertFor(
			fc.asyncProperty(
				fc.oneof(
					fc.string({unit: 'binary'}),
					fc.jsonValue().map((value) => `n:=${JSON.stringify(value)}`),
					fc.string().map((text) => `n:=${text}`),
				),
				async (text) => {
					t.is(
						typeof (await faultOf(() => parseAssignment(text, '--attr'))),
						'string',
					);
					t.is(typeof (await faultOf(() => parseFrames(text))), 'string');
				},
			),
			duration,
		);
	},
);

test.serial(
	'any source is a value or a message, and what comes after it is served',
	async (t) => {
		const sandbox = await createSandbox({timeLimitMs: 20});
		const piece = fc.constantFrom(
			'task',
			'attr.x',
			'config',
			'node',
			'=>',
			'(',
			')',
			'[',
			']',
			'{',
			'}',
			'`',
			'${',
			'/',
			'\\',
			'...',
			'?.',
			'await ',
			'yield ',
			'new ',
			'class ',
			'function* ',
			'this',
			'super',
			'#a',
			'1n',
			String.raw`"\u{110000}"`,
			'\u{2028}',
			';',
			'for(;;)',
			'throw ',
			'Symbol.iterator',
			'arguments',
		);
		await assertFor(
			fc.asyncProperty(
				fc.oneof(
					fc.array(piece, {maxLength: 12}).map((pieces) => pieces.join('')),
					fc.string({unit: 'binary'}),
					fc.string(),
				),
				async (source) => {
					const [evaluation] = await sandbox.evaluateLater(
						[source],
						plainScope(),
					);
					const text =
						evaluation?.kind === 'failed' ? evaluation.message : 'A value.';
					t.true(text.length > 0 && text.length < 2000);
					t.notRegex(text, /node_modules|file:|\.[jt]s:\d/v);
					const outcome = await sandbox.runScriptLater(source, plainScope());
					t.true(['done', 'failed'].includes(outcome.kind));
				},
			),
			2 * duration,
		);
		t.deepEqual(await sandbox.evaluateLater(['1 + 1'], plainScope()), [
			{kind: 'value', value: 2},
		]);
		await sandbox.stop();
	},
);
