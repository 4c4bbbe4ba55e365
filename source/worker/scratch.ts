import fs from 'node:fs';
import {rm} from 'node:fs/promises';
import path from 'node:path';

export type ScratchPool = {
	/** A fresh, empty folder. */
	readonly take: () => string;
	/** It is not needed any more, with all that is in it. */
	readonly give: (folder: string) => void;
	/** Remove what is left of workers before this one, except what is still in use. */
	readonly clear: (inUse: readonly string[]) => void;
};

/**
Working folders for invocations. One that is empty at the end, as small processes leave them, is handed out again: making and removing a folder costs as much as a third of the start of a process.
*/
export const createScratchPool = (base: string): ScratchPool => {
	const empty: string[] = [];
	// Another worker's life has other names, so that what it left cannot be taken for ours.
	const life = Math.random().toString(36).slice(2, 8);
	let count = 0;

	const make = (): string => {
		const folder = path.join(base, `${life}-${++count}`);
		try {
			fs.mkdirSync(folder, {mode: 0o700});
		} catch (error) {
			if (!(
				error instanceof Error &&
				'code' in error &&
				error.code === 'ENOENT'
			)) {
				throw error;
			}

			fs.mkdirSync(folder, {recursive: true, mode: 0o700});
		}

		return folder;
	};

	return {
		take() {
			for (
				let folder = empty.pop();
				folder !== undefined;
				folder = empty.pop()
			) {
				// Something daemonised may have written there since.
				if (isEmpty(folder)) {
					return folder;
				}

				removeFolder(folder);
			}

			return make();
		},
		give(folder) {
			if (isEmpty(folder)) {
				empty.push(folder);
			} else {
				removeFolder(folder);
			}
		},
		clear(inUse) {
			empty.length = 0;
			let names: string[] = [];
			try {
				names = fs.readdirSync(base);
			} catch {
				// Nothing was ever here.
			}

			for (const name of names) {
				const folder = path.join(base, name);
				if (!inUse.includes(folder)) {
					removeFolder(folder);
				}
			}
		},
	};
};

const isEmpty = (folder: string): boolean => {
	try {
		return fs.readdirSync(folder).length === 0;
	} catch {
		return false;
	}
};

/** Most are not there, or empty. */
export const removeFolder = (folder: string): void => {
	// An error made, only to be caught, costs several times the look.
	if (!fs.existsSync(folder)) {
		return;
	}

	try {
		fs.rmdirSync(folder);
	} catch {
		// What something daemonised still writes there may keep it from going at the first try.
		void rm(folder, {
			recursive: true,
			force: true,
			maxRetries: 3,
			retryDelay: 500,
		}).catch(() => undefined);
	}
};
