import path from 'node:path';

/** The built program: what everything here measures. */
export const program = path.join(
	import.meta.dirname,
	'..',
	'..',
	'dist',
	'lifeblood.js',
);

/** A small program that tasks run, or that stands for many workers. */
export const helperProgram = (name: string): string =>
	path.join(import.meta.dirname, '..', 'programs', name);
