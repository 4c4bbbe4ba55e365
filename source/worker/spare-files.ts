import fs from 'node:fs';
import {Buffer} from 'node:buffer';

export type SpareFiles = {
	/** Write a file of one's own at this place, where none is. */
	readonly write: (file: string, text: string) => void;
	/** It is not needed any more. */
	readonly give: (file: string) => void;
	/** Remove what is kept. */
	readonly clear: () => void;
};

/** So long after it was given, none is kept that nobody needed. */
const keptMs = 1000;
const mostKept = 64;

/**
Small files that come and go with each invocation. One that is not needed any more is renamed and written over for the next: to make a new file takes ext4 half a millisecond of the processor, the longer the more files were removed within the last seconds; and to empty one takes it as long.
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
		write(file, text) {
			const kept = spare.pop();
			if (kept !== undefined) {
				try {
					fs.renameSync(kept, file);
				} catch {
					remove(kept);
				}
			}

			const descriptor = fs.openSync(file, readAndWrite, 0o600);
			try {
				const bytes = Buffer.from(text);
				fs.writeSync(descriptor, bytes);
				if (fs.fstatSync(descriptor).size > bytes.length) {
					fs.ftruncateSync(descriptor, bytes.length);
				}
			} finally {
				fs.closeSync(descriptor);
			}
		},
		give(file) {
			if (spare.length >= mostKept) {
				remove(file);
				return;
			}

			spare.push(file);
			timer ??= setTimeout(clear, keptMs).unref();
		},
		clear,
	};
};

const {O_CREAT, O_RDWR} = fs.constants;
const readAndWrite = O_RDWR + O_CREAT;

const remove = (file: string): void => {
	fs.rmSync(file, {force: true});
};
