import fs from 'node:fs/promises';
import path from 'node:path';
import process from 'node:process';
import test, {type ExecutionContext} from 'ava';
import {z} from 'zod';
import {commandHome} from './helpers/command-home.js';
import {runCommand, stdoutOf} from './helpers/run-command.js';

type Machine = {
	readonly home: string;
	readonly packagesFile: string;
	/** A program of this text in the home folder. */
	readonly program: (place: string, text: string) => Promise<string>;
	/** Only what is in this folder of the home is on PATH, besides the shell. */
	readonly searchPath: (...folders: readonly string[]) => void;
};

/** A home with stand-ins for software in it. The environment is this process's: the tests are serial. */
const machine = async (t: ExecutionContext): Promise<Machine> => {
	const home = await commandHome(t);
	const before = process.env['PATH'];
	t.teardown(() => {
		process.env['PATH'] = before;
	});
	const config = path.join(home, 'config');
	process.env['LIFEBLOOD_CONFIG_LOCATION'] = config;
	process.env['PATH'] = '/nowhere';
	return {
		home,
		packagesFile: path.join(
			config,
			'standard_environment_resolver',
			'config.toml',
		),
		async program(place, text) {
			const file = path.join(home, place);
			await fs.mkdir(path.dirname(file), {recursive: true});
			await fs.writeFile(file, `#!/bin/sh\n${text}\n`, {mode: 0o755});
			return file;
		},
		searchPath(...folders) {
			process.env['PATH'] = folders
				.map((folder) => path.join(home, folder))
				.join(':');
		},
	};
};

const scanShape = z.array(
	z.object({
		package: z.string(),
		version: z.string().nullable(),
		label: z.string(),
		program: z.string(),
		env: z.record(z.string(), z.unknown()),
		problem: z.string().nullable(),
	}),
);

/** Of this one package: the machine that runs the tests may have others. */
const scanned = async (name: string) =>
	scanShape
		.parse(JSON.parse(await stdoutOf(['resolver', 'scan', '--json'])))
		.filter((one) => one.package === name);

const saying = (text: string): string => `echo '${text}'`;

test.serial(
	'every version is found, on PATH first, and each is made to be the one that its name means',
	async (t) => {
		const {home, program, searchPath} = await machine(t);
		await program(
			'bin/blender',
			`[ "$*" = --version ] && ${saying('Color management: fine\nBlender 3.6.5\n\tbuild date: 2023-10-16')}`,
		);
		await program('other/blender', saying('Blender 2.93.18'));
		await program('blender-4.1/blender', saying('Blender 4.1.1'));
		await program('blender-4.1-copy/blender', saying('Blender 4.1.1'));
		await fs.symlink(
			path.join(home, 'blender-4.1'),
			path.join(home, 'blender-now'),
		);
		searchPath('bin', 'other');
		const found = await scanned('blender');
		t.deepEqual(
			found.map(({version, program: file, env}) => ({
				version,
				file: path.relative(home, file),
				env,
			})),
			[
				{version: '3.6.5', file: 'bin/blender', env: {}},
				{
					version: '2.93.18',
					file: 'other/blender',
					env: {PATH: {prepend: [path.join(home, 'other')], append: []}},
				},
				{
					version: '4.1.1',
					file: found[2] && path.relative(home, found[2].program),
					env: {
						PATH: {
							prepend: [
								path.dirname(await fs.realpath(found[2]?.program ?? '')),
							],
							append: [],
						},
					},
				},
			],
		);
		t.is(found[0]?.label, 'Blender 3.6.5');
	},
);

test.serial(
	'versions are numbers however the program writes them, and its name is told where it is not the usual one',
	async (t) => {
		const {program, searchPath} = await machine(t);
		await program('bin/Nuke13.2', saying('NUKE 13.2v5, 64 bit, built today'));
		await program('bin/convert', saying('Version: ImageMagick 6.9.11-60 Q16'));
		await program(
			'bin/ffmpeg',
			saying('ffmpeg version n6.1.2-static Copyright'),
		);
		await program('bin/python3', 'echo "Python 3.12.0rc1" >&2');
		searchPath('bin');
		t.like(await scanned('nuke'), {
			0: {version: '13.2.5', label: 'Nuke 13.2v5 (as Nuke13.2)'},
		});
		t.like(await scanned('imagemagick'), {
			0: {version: '6.9.11.60', label: 'ImageMagick 6.9.11-60 (as convert)'},
		});
		t.like(await scanned('ffmpeg'), {0: {version: '6.1.2'}});
		t.like(await scanned('python'), {0: {version: '3.12.0'}});
	},
);

test.serial(
	'a program that says garbage, nothing, or fails is told, and keeps nothing else from being found',
	async (t) => {
		const {program, searchPath} = await machine(t);
		await program('bin/blender', saying('Segmentation fault (core dumped)'));
		await program('bin/kick', 'exit 3');
		await program('bin/ffmpeg', saying('ffmpeg version 5.1.9'));
		await program('bin/maya', 'head -c 300000 /dev/zero; echo Maya 2024');
		const odd = await program('odd/python3', '');
		await fs.writeFile(odd, '#!/no/such/interpreter\n');
		searchPath('bin', 'odd');
		t.like(await scanned('blender'), {
			0: {
				version: null,
				problem: 'says "Segmentation fault (core dumped)", and no version',
			},
		});
		t.like(await scanned('arnold'), {0: {problem: 'says nothing'}});
		const python = await scanned('python');
		t.regex(
			python.find((one) => one.program === odd)?.problem ?? '',
			/^cannot be run: .*ENOENT/v,
		);
		t.like(await scanned('ffmpeg'), {0: {version: '5.1.9', problem: null}});
		const {status, stderr} = await runCommand(['resolver', 'scan']);
		t.is(status, 0);
		t.regex(stderr, /blender: .*says "Segmentation/v);
	},
);

test.serial(
	'what is generated is listed and made into environments; generating again changes nothing',
	async (t) => {
		const {home, program, searchPath, packagesFile} = await machine(t);
		await program('bin/ffmpeg', saying('ffmpeg version 5.1.9'));
		await program('blender-4.1/blender', saying('Blender 4.1.1'));
		await program('blender-3.6/blender', saying('Blender 3.6.5'));
		searchPath('bin');
		t.like(await runCommand(['resolver', 'list']), {
			status: 0,
			stdout: 'PACKAGE  VERSION  PRIORITY  LABEL\n',
		});
		const generated = await stdoutOf(['resolver', 'generate']);
		t.regex(generated, /written, with \d+ versions\n/v);
		t.regex(generated, /^blender 3\.6\.5\nblender 4\.1\.1$/mv);
		const text = await fs.readFile(packagesFile, 'utf8');
		t.regex(
			await stdoutOf(['resolver', 'list']),
			/^blender +3\.6\.5 +50 +Blender 3\.6\.5\nblender +4\.1\.1 +50 +Blender 4\.1\.1$/mv,
		);
		t.is(
			await stdoutOf(['resolver', 'test', 'blender~=3.4', 'ffmpeg']),
			`blender 3.6.5  Blender 3.6.5\nffmpeg 5.1.9  FFmpeg 5.1.9\nPATH=${home}/blender-3.6:$PATH\n`,
		);
		t.deepEqual(
			JSON.parse(
				await stdoutOf([
					'resolver',
					'test',
					'blender',
					'--user',
					'mia',
					'--json',
				]),
			),
			{
				resolved: true,
				packages: {blender: '4.1.1'},
				environment: {
					PATH: `${home}/blender-4.1:${home}/bin`,
					...(process.env['USER'] !== 'mia' && {USER: 'mia'}),
					LOGNAME: 'mia',
					USERNAME: 'mia',
				},
			},
		);
		t.regex(
			await stdoutOf(['resolver', 'generate']),
			/nothing was found that is not in it already/v,
		);
		t.is(await fs.readFile(packagesFile, 'utf8'), text);
	},
);

test.serial(
	'why packages cannot be had is said, and ends with 1',
	async (t) => {
		const {program} = await machine(t);
		await program('blender-4.1/blender', saying('Blender 4.1.1'));
		await runCommand(['resolver', 'generate']);
		t.like(await runCommand(['resolver', 'test', 'blender=3.6']), {
			status: 1,
			stdout: '',
			stderr:
				'lifeblood: This worker has no version of the package "blender" in the range 3.6; it has 4.1.1.\n',
		});
		const {status, stdout} = await runCommand([
			'resolver',
			'test',
			'blander',
			'--json',
		]);
		t.is(status, 1);
		t.like(JSON.parse(stdout), {resolved: false});
		t.like(await runCommand(['resolver', 'test', '~=3']), {status: 2});
		t.like(await runCommand(['resolver', 'test', 'blender>>3']), {status: 1});
	},
);

test.serial(
	'what a person wrote stays as it is when something is added',
	async (t) => {
		const {program, packagesFile} = await machine(t);
		await program('blender-4.1/blender', saying('Blender 4.1.1'));
		await program('blender-3.6/blender', saying('Blender 3.6.5'));
		const own = `# mine
[packages.blender."4.1.1"]   # the studio's
label = "Studio Blender"
env.PATH.prepend = "/mnt/blender"
[packages.own."1.0"]`;
		await fs.mkdir(path.dirname(packagesFile), {recursive: true});
		await fs.writeFile(packagesFile, own);
		t.regex(await stdoutOf(['resolver', 'generate']), /added, 2 kept\n/v);
		const text = await fs.readFile(packagesFile, 'utf8');
		t.true(text.startsWith(`${own}\n`));
		t.regex(text, /^\[packages\.blender\."3\.6\.5"\]$/mv);
		t.notRegex(text, /label = "Blender 4\.1\.1"/v);

		t.regex(
			await stdoutOf(['resolver', 'generate', '--force']),
			/written anew/v,
		);
		t.notRegex(await fs.readFile(packagesFile, 'utf8'), /Studio/v);
		t.is(await fs.readFile(`${packagesFile}.old`, 'utf8'), text);
	},
);

test.serial(
	'a file to which nothing can be added, or that has faults, is left alone and told',
	async (t) => {
		const {program, packagesFile} = await machine(t);
		await program('blender-4.1/blender', saying('Blender 4.1.1'));
		await fs.mkdir(path.dirname(packagesFile), {recursive: true});
		for (const [text, expected] of [
			[
				'packages = {own = {"1" = {}}}\n',
				/written in a way to which none can be added.*packages\.blender/sv,
			],
			[
				'[packages.own."1"]\nlabell = "x"\n',
				/config\.toml:2: unknown key "labell".*did you mean "label"\?/v,
			],
			['[packages\n', /config\.toml:1: not TOML/v],
		] as const) {
			/* eslint-disable no-await-in-loop -- one after the other */
			await fs.writeFile(packagesFile, text);
			const {status, stderr} = await runCommand(['resolver', 'generate']);
			t.is(status, 2);
			t.regex(stderr, expected);
			t.is(await fs.readFile(packagesFile, 'utf8'), text);
			/* eslint-enable no-await-in-loop */
		}

		t.like(await runCommand(['resolver', 'list']), {status: 2});
		t.like(await runCommand(['resolver', 'test', 'own']), {status: 2});

		const findings = z
			.array(z.object({check: z.string(), status: z.string()}))
			.parse(JSON.parse(await stdoutOf(['doctor', '--json'])));
		t.is(findings.find(({check}) => check === 'packages')?.status, 'fail');
	},
);
