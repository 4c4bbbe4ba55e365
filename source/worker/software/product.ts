/** The systems whose usual places are known. */
export type System = 'linux' | 'darwin' | 'win32';

/** How a piece of software is recognised on a machine. */
export type Product = {
	/** The name of its package. */
	readonly name: string;
	readonly label: string;
	/** Names of its program, as it is looked for in every folder of `PATH`, the usual one first; without `.exe`. May have wildcards. */
	readonly programs: Readonly<Record<System, readonly string[]>>;
	/** Where its program usually is: a path with `/` and wildcards, which may begin with `~` or with a variable such as `%LOCALAPPDATA%`. */
	readonly places: Readonly<Record<System, readonly string[]>>;
	/** Arguments with which the program says its version; absent where asking would take a licence. */
	readonly ask?: readonly string[];
	/** Where the version is in what it says. */
	readonly answer?: RegExp;
	/** Where the version is in its path, for one that cannot be asked or does not answer. */
	readonly path?: RegExp;
	/** Variables that it needs, as places relative to the program's folder. */
	readonly variables?: Readonly<Record<string, string>>;
	/** What else it is a package of: for each entry of a folder, relative to the program's, that matches; the groups' values follow the name. */
	readonly flavour?: {
		readonly folder: string;
		readonly entry: RegExp;
		readonly suffix: (groups: Readonly<Record<string, string>>) => string;
	};
};
