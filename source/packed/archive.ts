import {Buffer} from 'node:buffer';
import {zstdCompressSync, zstdDecompressSync, constants} from 'node:zlib';
import {createHash} from 'node:crypto';

/** What an executable brings with it: how its folder is called, and which files lie in it, in the order of their bytes. */
export type Index = {
	/** The program's version and a digest of all its files: no two builds share a folder. */
	readonly name: string;
	readonly files: ReadonlyArray<{
		/** Relative, with `/` between folders. */
		readonly path: string;
		/** Bytes. */
		readonly size: number;
	}>;
};

export type ProgramFile = {readonly path: string; readonly content: Uint8Array};

/** How these are called among the executable's assets. The index is apart, since every start reads it, and only the first one the files. */
export const assetNames = {index: 'index', files: 'files'} as const;

// The folder's name begins with the program's version.
export const packFiles = (
	files: readonly ProgramFile[],
	version: string,
): {readonly index: Index; readonly bytes: Uint8Array} => {
	const digest = createHash('sha256');
	for (const {path, content} of files) {
		digest.update(`${path}\0${content.byteLength}\0`).update(content);
	}

	return {
		index: {
			name: `${version}-${digest.digest('hex').slice(0, 12)}`,
			files: files.map(({path, content}) => ({path, size: content.byteLength})),
		},
		// Packing may take long, unpacking takes as long at every level.
		bytes: zstdCompressSync(Buffer.concat(files.map(({content}) => content)), {
			params: {[constants.ZSTD_c_compressionLevel]: 19},
		}),
	};
};

export const unpackFiles = (index: Index, bytes: Uint8Array): ProgramFile[] => {
	const all = zstdDecompressSync(bytes);
	let from = 0;
	return index.files.map(({path, size}) => {
		const content = all.subarray(from, from + size);
		from += size;
		return {path, content};
	});
};
