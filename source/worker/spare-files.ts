import fs from 'node:fs';

export type SpareFiles = {
	/** Open a file that is empty and of its own at this place, for reading and appending. */
	readonly open: (file: string) => number;
	/** It is not needed any more. */
	readonly give: (file: string) => void;
	/** Remove what is kept. */
	readonly clear: () => void;
};

/** Without work for so long, none is kept. */
const keptMs = 1000;
const mostKept = 64;

/**
Small files that come and go with each invocation. One that is not needed any more is renamed for the next: to make a new file takes the system twenty times as long as that, and ext4 the longer the more were removed within the last seconds.

What waits to be used again is emptied at once, and removed soon.
*/
export const createSpareFiles = (): SpareFiles => {
	const spare: string[] = [];
	let timer: NodeJS.Timeout | undefined;

	const clear = (): void => {
		clearTimeout(timer);
		timer = undefined;
		for (const file of spare.splice(0)) {
			remove(file);
		}
	};

	return {
		open(file) {
			const kept = spare.pop();
			if (kept !== undefined) {
				try {
					fs.renameSync(kept, file);
				} catch {
					remove(kept);
				}
			}

			return fs.openSync(file, emptyForAppending, 0o600);
		},
		give(file) {
			if (spare.length >= mostKept) {
				remove(file);
				return;
			}

			try {
				fs.truncateSync(file);
			} catch {
				// It went already, or cannot be emptied: either way it is not for use.
				remove(file);
				return;
			}

			spare.push(file);
			timer ??= setTimeout(clear, keptMs).unref();
		},
		clear,
	};
};

const {O_APPEND, O_CREAT, O_RDWR, O_TRUNC} = fs.constants;
const emptyForAppending = O_RDWR | O_APPEND | O_CREAT | O_TRUNC; // eslint-disable-line no-bitwise -- as open(2) wants its flags

const remove = (file: string): void => {
	fs.rmSync(file, {force: true});
};
