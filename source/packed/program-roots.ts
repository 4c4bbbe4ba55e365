import path from 'node:path';

/**
Where an executable may put its files down, the best place first: the user's folder for what can be made anew, as the platform has it, then one for temporary things with the user's number in its name.

For root it is the system's: the folders of somebody's home are that person's to write, and `sudo` may leave HOME as it was.
*/
export const programRoots = ({
	platform,
	environment,
	home,
	temporary,
	user,
}: {
	readonly platform: NodeJS.Platform;
	readonly environment: NodeJS.ProcessEnv;
	/** Undefined: the system knows of none. */
	readonly home: string | undefined;
	readonly temporary: string;
	/** Undefined where the system has no such numbers. */
	readonly user: number | undefined;
}): string[] => {
	const best =
		user === 0 ? '/var/cache' : cacheFolder(platform, environment, home);
	return [
		...(best === undefined ? [] : [path.join(best, 'lifeblood', 'program')]),
		path.join(
			temporary,
			user === undefined ? 'lifeblood' : `lifeblood-${user}`,
		),
	];
};

const cacheFolder = (
	platform: NodeJS.Platform,
	environment: NodeJS.ProcessEnv,
	home: string | undefined,
): string | undefined => {
	const chosen =
		environment[platform === 'win32' ? 'LOCALAPPDATA' : 'XDG_CACHE_HOME'];
	if (chosen !== undefined && path.isAbsolute(chosen)) {
		return chosen;
	}

	return home === undefined || !path.isAbsolute(home)
		? undefined
		: path.join(
				home,
				...(platform === 'darwin' ? ['Library', 'Caches'] : ['.cache']),
			);
};
