import {mkdirSync, readFileSync} from 'node:fs';
import path from 'node:path';
import writeFileAtomic from 'write-file-atomic';

export type CommandHistory = {
	/** Oldest first. */
	readonly lines: readonly string[];
	readonly add: (line: string) => void;
};

const most = 200;
const longest = 500;

/** What may be a password, a token or a key is not written down. */
const secret =
	/[Pp]ass(?:word|wd|phrase)|[Ss]ecret|[Tt]oken|[Cc]redential|[Aa][Pp][Ii].?[Kk]ey|[\d\-A-Z]{26}/v;

/**
What was typed after `:`, kept for the next time in a file that only this person can read. Where it cannot be read or written, the viewer does without.

Of two viewers that are open at once, each adds its own lines to what the file has by then.
*/
export const openCommandHistory = (file: string): CommandHistory => ({
	lines: readLines(file),
	add(line) {
		if (secret.test(line) || line.length > longest) {
			return;
		}

		const lines = [
			...readLines(file).filter((known) => known !== line),
			line,
		].slice(-most);
		try {
			mkdirSync(path.dirname(file), {recursive: true, mode: 0o700});
			writeFileAtomic.sync(file, `${lines.join('\n')}\n`, {
				mode: 0o600,
				fsync: false,
			});
		} catch {
			// A full or read-only disk ends nobody's work; the lines of this session are still there.
		}
	},
});

const readLines = (file: string): readonly string[] => {
	try {
		return readFileSync(file, 'utf8')
			.split('\n')
			.filter((line) => line !== '')
			.slice(-most);
	} catch {
		return [];
	}
};
