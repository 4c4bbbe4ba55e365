import fs from 'node:fs';
import path from 'node:path';
import {execa} from 'execa';
import {fillDisk} from '../../test/helpers/fill-disk.js'; // eslint-disable-line node-test/no-import-test-files -- it has no tests

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

/** A folder on a disk that holds so much: a file system of its own in a file, or else in memory; why there is none, where there is none. */
export const makeDisk = async (
	folder: string,
	megabytes: number,
): Promise<Disk | {readonly without: string}> => {
	fs.mkdirSync(folder);
	if ((await mountImage(folder, megabytes)) !== undefined) {
		const without = await mountMemory(folder, megabytes);
		if (without !== undefined) {
			return {without};
		}
	}

	const filler = path.join(folder, 'filler');
	let fullUntil = 0;
	return {
		folder,
		isFull: () => performance.now() < fullUntil,
		fill() {
			fullUntil = Infinity;
			fillDisk(filler);
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

/** Why it could not be mounted; undefined where it was. */
const mountImage = async (
	folder: string,
	megabytes: number,
): Promise<string | undefined> => {
	const image = `${folder}.image`;
	fs.writeFileSync(image, '');
	fs.truncateSync(image, megabytes * 1_048_576);
	const failure =
		// Nothing of it is kept for root, who the farm may be.
		(await failureOf('mkfs.ext4', ['-q', '-F', '-m', '0', image])) ??
		(await failureOf('mount', ['-o', 'loop', image, folder]));
	// What is mounted stays until it is unmounted.
	fs.rmSync(image);
	return failure;
};

const mountMemory = async (
	folder: string,
	megabytes: number,
): Promise<string | undefined> =>
	failureOf('mount', [
		'-t',
		'tmpfs',
		'-o',
		`size=${megabytes}m`,
		'lifeblood-torture',
		folder,
	]);

const failureOf = async (
	program: string,
	words: readonly string[],
): Promise<string | undefined> => {
	const {failed, stderr} = await execa(program, words, {reject: false});
	return failed ? `${program}: ${stderr ?? 'not there'}` : undefined;
};
