import os from 'node:os';
import process from 'node:process';

/** What configuration needs to know of the machine and the user, so that tests can bring their own. */
export type Host = {
	readonly environment: Readonly<Record<string, string | undefined>>;
	readonly platform: NodeJS.Platform;
	/** The user's home folder. */
	readonly home: string;
	readonly cwd: string;
	/** The machine's own name: a home folder may be shared by many machines, and what belongs to one of them is kept apart by it. */
	readonly name: string;
};

export const thisHost = (): Host => ({
	environment: process.env,
	platform: process.platform,
	home: homeFolder(),
	cwd: currentFolder(),
	name: os.hostname(),
});

// An empty HOME gives an empty path, and everything would land in the current folder.
const homeFolder = (): string => {
	const home = os.homedir();
	return home === '' ? os.userInfo().homedir : home;
};

// The current folder may have been deleted under us.
const currentFolder = (): string => {
	try {
		return process.cwd();
	} catch {
		return '/';
	}
};
