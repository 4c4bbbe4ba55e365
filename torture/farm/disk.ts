import fs from 'node:fs';
import path from 'node:path';
import {execa} from 'execa';

/** A small disk of its own, where the system lets us have one. */
export type Disk = {
	readonly folder: string;
	/** Writes until nothing more can be written. */
	readonly fill: () => void;
	readonly free: () => void;
	/** It is full, or was a moment ago. */
	readonly isFull: () => boolean;
	readonly remove: () => Promise<void>;
};

/** A folder on a disk that holds so much; why there is none, where there is none. */
export const makeDisk = async (
	folder: string,
	megabytes: number,
): Promise<Disk | {readonly without: string}> => {
	fs.mkdirSync(folder);
	const {failed, stderr} = await execa(
		'mount',
		['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'lifeblood-torture', folder],
		{reject: false},
	);
	if (failed) {
		return {without: `mount: ${stderr ?? 'not there'}`};
	}

	const filler = path.join(folder, 'filler');
	let fullUntil = 0;
	return {
		folder,
		isFull: () => performance.now() < fullUntil,
		fill() {
			fullUntil = Infinity;
			const descriptor = fs.openSync(filler, 'a');
			try {
				for (let size = 1_048_576; size >= 1;) {
					try {
						fs.writeSync(descriptor, new Uint8Array(size));
					} catch {
						size = Math.floor(size / 2);
					}
				}
			} finally {
				fs.closeSync(descriptor);
			}
		},
		free() {
			fs.rmSync(filler, {force: true});
			fullUntil = performance.now() + 5000;
		},
		async remove() {
			await execa('umount', ['--lazy', folder], {reject: false});
		},
	};
};
