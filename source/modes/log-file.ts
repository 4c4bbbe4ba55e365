import {Buffer} from 'node:buffer';
import fs from 'node:fs';
import path from 'node:path';
import {reasonOf} from '../config/writable-folder.js';

export type LogFile = {
	readonly path: string;
	/** Never throws: a full disk must not end a daemon. What cannot be written is counted, and told once writing works again. */
	readonly write: (text: string) => void;
	readonly close: () => void;
};

type Input = {
	readonly folder: string;
	readonly name: string;
	/** Bytes after which the file is put aside. */
	readonly limit: number;
	/** How many files are kept, the current one included. */
	readonly count: number;
};

/** A log file that is put aside when it has grown to its limit: `NAME.log`, before that `NAME.1.log`, `NAME.2.log` and so on. Several processes may write the same one. */
export const createLogFile = ({
	folder,
	name,
	limit,
	count,
}: Input):
	| {readonly kind: 'opened'; readonly file: LogFile}
	| {readonly kind: 'refused'; readonly reason: string} => {
	const plain = name.replaceAll(/[^\w\-.]/gv, '_');
	const place = path.join(folder, `${plain}.log`);
	const aside = (index: number): string =>
		path.join(folder, `${plain}.${index}.log`);
	let descriptor: number | undefined;
	let size = 0;
	let lost = 0;

	const open = (): number => {
		descriptor = fs.openSync(place, 'a', 0o600);
		size = fs.fstatSync(descriptor).size;
		return descriptor;
	};

	const close = (): void => {
		if (descriptor === undefined) {
			return;
		}

		fs.closeSync(descriptor);
		descriptor = undefined;
	};

	const rotate = (): number => {
		// Another process that writes the same file may have put it aside already: then there is a new one to go on with.
		const ours =
			descriptor === undefined ? undefined : fs.fstatSync(descriptor);
		const current = fs.statSync(place, {throwIfNoEntry: false});
		close();
		if (current !== undefined && current.ino === ours?.ino) {
			for (let index = count - 1; index > 0; index--) {
				const from = index === 1 ? place : aside(index - 1);
				if (fs.existsSync(from)) {
					fs.renameSync(from, aside(index));
				}
			}

			if (count === 1) {
				fs.truncateSync(place);
			}
		}

		return open();
	};

	try {
		fs.mkdirSync(folder, {recursive: true, mode: 0o700});
		open();
	} catch (error) {
		return {kind: 'refused', reason: `${place}: ${reasonOf(error)}`};
	}

	const file: LogFile = {
		path: place,
		write(text) {
			try {
				const missed =
					lost === 0 ? '' : `... ${lost} lines could not be written here\n`;
				const bytes = Buffer.from(missed + text);
				let target = descriptor ?? open();
				if (size > 0 && size + bytes.length > limit) {
					target = rotate();
				}

				fs.writeSync(target, bytes);
				size += bytes.length;
				lost = 0;
			} catch {
				lost++;
			}
		},
		close,
	};
	return {kind: 'opened', file};
};
