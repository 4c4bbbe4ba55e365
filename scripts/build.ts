import {
	chmod,
	copyFile,
	mkdir,
	readdir,
	readFile,
	rm,
	writeFile,
} from 'node:fs/promises';
import path from 'node:path';
import {fileURLToPath} from 'node:url';
import {build, type BuildOptions, type Plugin} from 'esbuild';
import {licencesOf} from './licences.js';

const root = path.join(import.meta.dirname, '..');
const dist = path.join(root, 'dist');

/** Knex asks for these only when a database of that kind is opened. */
const otherDatabases = [
	'mariadb/callback',
	'mysql',
	'mysql2',
	'oracledb',
	'pg',
	'pg-query-stream',
	'sqlite3',
	'tedious',
];

/** Zod brings its messages in fifty languages, a third of its size, and reads them all at every start. English is loaded without this list. */
const withoutOtherLanguages: Plugin = {
	name: 'without-other-languages',
	setup(builder) {
		// eslint-disable-next-line require-unicode-regexp -- esbuild reads the expression, and knows no such flag
		builder.onLoad({filter: /zod\/v4\/locales\/index\.js$/}, () => ({
			contents: 'export {};',
		}));
	},
};

/** To import `node:process` asks it for everything that it has, and so opens all three standard streams: three to four milliseconds of every start. The global is the same object. */
const globalProcess: Plugin = {
	name: 'global-process',
	setup(builder) {
		builder.onLoad(
			// eslint-disable-next-line require-unicode-regexp -- as above
			{filter: /[/\\]source[/\\].*\.tsx?$/},
			async ({path: file}) => {
				const text = await readFile(file, 'utf8');
				return {
					contents: text.replace("import process from 'node:process';", ''),
					loader: file.endsWith('x') ? 'tsx' : 'ts',
				};
			},
		);
	},
};

/** Node's own modules, asked for when they are needed, and as they are: to import one makes Node look at all that it exports, and some of that is loaded only then. Takes Node 22.3. */
const quickBuiltins: Plugin = {
	name: 'quick-builtins',
	setup(builder) {
		/* eslint-disable require-unicode-regexp -- as above */
		builder.onResolve({filter: /^node:/}, ({path: name}) => ({
			path: name,
			namespace: 'builtin',
			sideEffects: false,
		}));
		builder.onLoad({filter: /./, namespace: 'builtin'}, ({path: name}) => ({
			contents: `module.exports = process.getBuiltinModule(${JSON.stringify(name)});`,
		}));
		/* eslint-enable require-unicode-regexp */
	},
};

/** What is imported by this path is a file of its own beside the others. */
const apart = (module: string, file: string): Plugin => ({
	name: `${file}-apart`,
	setup(builder) {
		// eslint-disable-next-line require-unicode-regexp -- as above
		builder.onResolve({filter: /^\.\.?\//}, ({path: imported, kind}) =>
			kind !== 'entry-point' && imported === module
				? {path: `./${file}`, external: true}
				: undefined,
		);
	},
});

/** Ink's developer tools, which it asks for where `DEV` is set: their package is not there. */
const withoutDeveloperTools: Plugin = {
	name: 'without-developer-tools',
	setup(builder) {
		// eslint-disable-next-line require-unicode-regexp -- as above
		builder.onLoad({filter: /ink\/build\/devtools\.js$/}, () => ({
			contents: 'export {};',
		}));
	},
};

/** Ink's layout engine fetches its WebAssembly from a text in its own file, for which Node loads its whole HTTP client: a thirtieth of a second and some megabytes. Where there is no `fetch`, it decodes the text. */
const withoutFetch: Plugin = {
	name: 'without-fetch',
	setup(builder) {
		builder.onLoad(
			// eslint-disable-next-line require-unicode-regexp -- as above
			{filter: /yoga-wasm-base64-esm\.js$/},
			async ({path: file}) => ({
				contents: `const fetch = undefined;\n${await readFile(file, 'utf8')}`,
			}),
		);
	},
};

/** Two parts of Ink that are most of the cost of a frame: its own way to put one together is asked only for what the viewer's does not do, and how wide a text is, the viewer knows sooner. */
const quickInk: Plugin = {
	name: 'quick-ink',
	setup(builder) {
		let isFound = false;
		const isInk = (folder: string): boolean =>
			folder.endsWith(path.join('ink', 'build'));
		/* eslint-disable require-unicode-regexp -- as above */
		builder.onResolve({filter: /^\.\/output\.js$/}, ({resolveDir}) => {
			if (!isInk(resolveDir)) {
				return undefined;
			}

			isFound = true;
			return {
				path: path.join(resolveDir, 'output.js'),
				namespace: 'quick-output',
			};
		});
		builder.onResolve({filter: /^string-width$/}, ({path: name, resolveDir}) =>
			isInk(resolveDir) ? {path: name, namespace: 'quick-width'} : undefined,
		);
		builder.onLoad(
			{filter: /./, namespace: 'quick-output'},
			({path: file}) => ({
				contents: [
					`import Output from ${JSON.stringify(file)};`,
					"import {quickOutput} from './source/ui/terminal/quick-output.ts';",
					'export default quickOutput(Output);',
				].join('\n'),
				resolveDir: root,
			}),
		);
		builder.onLoad({filter: /./, namespace: 'quick-width'}, () => ({
			contents: "export {widthOf as default} from './source/ui/text/span.ts';",
			resolveDir: root,
		}));
		/* eslint-enable require-unicode-regexp */
		builder.onEnd(() => {
			if (!isFound) {
				throw new Error(
					'Ink has no build/output.js any more: see source/ui/terminal/quick-output.ts.',
				);
			}
		});
	},
};

const common = {
	absWorkingDir: root,
	outdir: 'dist',
	bundle: true,
	format: 'esm',
	platform: 'node',
	target: 'node22',
	// Names stay, so that a stack trace can be read.
	minifySyntax: true,
	minifyWhitespace: true,
	logLevel: 'warning',
	metafile: true,
} as const satisfies BuildOptions;

const program = await build({
	...common,
	entryPoints: {
		'command-line': 'source/modes/command-line.ts',
		yaml: 'source/modes/yaml.ts',
		'sandbox-thread': 'source/sandbox/thread.ts',
		'layout-process': 'source/ui/graph/layout-process.ts',
		'checkpoint-thread': 'source/db/checkpoint-thread.ts',
		'picture-process': 'source/ui/pictures/picture-process.ts',
		'demo/render-frame': 'source/demo/render-frame.ts',
		'demo/contact-sheet': 'source/demo/contact-sheet.ts',
	},
	// A chunk for each mode: `task list` reads nothing of what only a scheduler needs.
	splitting: true,
	// Beside the entries: files are looked for next to the code that asks for them.
	chunkNames: '[name]-[hash]',
	jsx: 'automatic',
	// React's quick half.
	define: {
		'process.env.NODE_ENV': '"production"',
		'process.env.DEV': '"false"',
	},
	plugins: [
		withoutOtherLanguages,
		withoutDeveloperTools,
		withoutFetch,
		quickInk,
		globalProcess,
	],
	// Compiled code cannot be bundled.
	external: ['better-sqlite3', 'koffi', ...otherDatabases],
	// What bundled CommonJS packages expect to be there.
	banner: {
		js: [
			"import {createRequire as lifebloodRequire} from 'node:module';",
			'const require = lifebloodRequire(import.meta.url);',
			'const {filename: __filename, dirname: __dirname} = import.meta;',
		].join('\n'),
	},
});
// What a call in a job's loop waits for: two files that hold all it needs, and nothing that is for others.
const job = await build({
	...common,
	entryPoints: {
		lifeblood: 'source/cli.ts',
		job: 'source/modes/job-line.ts',
	},
	plugins: [
		globalProcess,
		quickBuiltins,
		apart('./modes/job-line.js', 'job.js'),
		apart('./modes/command-line.js', 'command-line.js'),
		apart('./yaml.js', 'yaml.js'),
	],
});
await chmod(path.join(dist, 'lifeblood.js'), 0o755);

await copyFile(
	fileURLToPath(
		import.meta.resolve('@jitl/quickjs-wasmfile-release-sync/wasm'),
	),
	path.join(dist, 'quickjs.wasm'),
);

// What Python jobs import is as it is in the sources.
const modules = await readdir(path.join(root, 'runtime', 'python'));
const pythonFiles = modules
	.filter((name) => name.endsWith('.py'))
	.map((name) => path.join('python', name));
await mkdir(path.join(dist, 'python'), {recursive: true});
await Promise.all(
	pythonFiles.map(async (file) =>
		copyFile(path.join(root, 'runtime', file), path.join(dist, file)),
	),
);

const licencesFile = 'licences.txt';
await writeFile(
	path.join(dist, licencesFile),
	await licencesOf(root, [
		...[program, job].flatMap(({metafile}) => Object.keys(metafile.inputs)),
		'node_modules/@jitl/quickjs-wasmfile-release-sync/',
	]),
);

// Only now, and only what is no longer made: a program that runs from here loads its parts when it needs them.
const made = new Set([
	'quickjs.wasm',
	licencesFile,
	...pythonFiles,
	...[program, job].flatMap(({metafile}) =>
		Object.keys(metafile.outputs).map((file) => path.relative('dist', file)),
	),
]);
for (const entry of await readdir(dist, {
	recursive: true,
	withFileTypes: true,
})) {
	const file = path.join(entry.parentPath, entry.name);
	if (entry.isFile() && !made.has(path.relative(dist, file))) {
		await rm(file, {force: true}); // eslint-disable-line no-await-in-loop -- seldom more than a few
	}
}
