import {chmod, rm} from 'node:fs/promises';
import path from 'node:path';
import {build} from 'esbuild';

const root = path.join(import.meta.dirname, '..');

/** They come with files of their own (compiled code), which they find beside themselves. */
const packagesWithFiles = ['better-sqlite3', 'quickjs-emscripten', '@jitl/*'];

/** Knex asks for these only when a database of that kind is opened. */
const otherDatabases = [
	'mysql',
	'mysql2',
	'oracledb',
	'pg',
	'pg-query-stream',
	'sqlite3',
	'tedious',
];

await rm(path.join(root, 'dist'), {recursive: true, force: true});
await build({
	absWorkingDir: root,
	entryPoints: {
		lifeblood: 'source/cli.ts',
		'sandbox-thread': 'source/sandbox/thread.ts',
		'demo/render-frame': 'source/demo/render-frame.ts',
		'demo/contact-sheet': 'source/demo/contact-sheet.ts',
	},
	outdir: 'dist',
	bundle: true,
	// A chunk for each mode: `task list` reads nothing of what only a scheduler needs.
	splitting: true,
	chunkNames: 'chunks/[name]-[hash]',
	format: 'esm',
	platform: 'node',
	target: 'node22',
	jsx: 'automatic',
	external: [...packagesWithFiles, ...otherDatabases],
	// Bundled CommonJS packages ask for Node's own modules by `require`.
	banner: {
		js: "import {createRequire as lifebloodRequire} from 'node:module'; const require = lifebloodRequire(import.meta.url);",
	},
	logLevel: 'warning',
});
await chmod(path.join(root, 'dist', 'lifeblood.js'), 0o755);
