import process from 'node:process';

/** What starts this very program again: the interpreter with its flags, and the program's file. */
export const ownProgram = (): readonly [string, ...string[]] => {
	const [, file] = process.argv;
	return [
		process.execPath,
		...process.execArgv,
		...(file === undefined ? [] : [file]),
	];
};

/** How a person types it: within a checkout through npx, which knows where it is. */
export const typedProgram = (): string =>
	process.env['npm_lifecycle_event'] === undefined
		? 'lifeblood'
		: 'npx lifeblood';
