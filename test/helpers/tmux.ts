import fs from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import {execa} from 'execa';

/** Gives a command to a terminal's own tmux, and what that says. */
export type Tmux = (...words: readonly string[]) => Promise<string>;

/** Runs a program in a terminal of its own, which knows nothing of the user's tmux. */
export const startTmux = async ({
	folder,
	settings,
	command,
	environment,
	columns,
	rows,
}: {
	/** An empty one. */
	readonly folder: string;
	/** Lines for its configuration. */
	readonly settings: readonly string[];
	readonly command: readonly string[];
	readonly environment: Readonly<Record<string, string>>;
	readonly columns: number;
	readonly rows: number;
}): Promise<Tmux> => {
	const configuration = path.join(folder, 'tmux.conf');
	fs.writeFileSync(
		configuration,
		[...settings, 'set -s escape-time 0', 'set -g status off', ''].join('\n'),
	);
	const tmux: Tmux = async (...words) => {
		const {stdout} = await execa(
			'tmux',
			['-S', path.join(folder, 'socket'), '-f', configuration, ...words],
			{
				extendEnv: false,
				env: {PATH: process.env['PATH'] ?? '', LC_ALL: 'C.UTF-8'},
			},
		);
		return stdout;
	};

	await tmux(
		'new-session',
		'-d',
		'-x',
		String(columns),
		'-y',
		String(rows),
		...Object.entries({LANG: 'C.UTF-8', ...environment}).flatMap(
			([name, value]) => ['-e', `${name}=${value}`],
		),
		...command,
	);
	return tmux;
};
