import fs from 'node:fs';

/** Which messages processes took, so that none is handed over twice. */
export type TakenMessages = {
	readonly has: (message: string) => boolean;
	/** Before it is handed over: a worker that is killed just then must not do it again when it is back. */
	readonly add: (message: string) => void;
	/** It was not taken after all. */
	readonly remove: (message: string) => void;
	/** They were of another farm. */
	readonly clear: () => void;
};

/** A message is asked for again only until its sender has heard that it was taken, so a few of the last would do. */
const mostKept = 2000;
/** The file grows by a line for each message, and is written anew now and then. */
const mostLines = 4 * mostKept;

/** Remembers the last messages that were taken, also for the worker after this one. */
export const createTakenMessages = (file: string): TakenMessages => {
	const taken = read(file);
	let lines = mostLines;

	const note = (line: readonly [sign: '+' | '-', message: string]): void => {
		try {
			if (lines >= mostLines) {
				fs.writeFileSync(
					`${file}.new`,
					Array.from(taken, (message) => lineOf(['+', message])).join(''),
					{mode: 0o600},
				);
				fs.renameSync(`${file}.new`, file);
				lines = taken.size;
			} else {
				fs.appendFileSync(file, lineOf(line), {mode: 0o600});
				lines++;
			}
		} catch {
			// As on a full disk: it is missed only if this worker is killed.
		}
	};

	return {
		has: (message) => taken.has(message),
		add(message) {
			taken.add(message);
			const [oldest] = taken;
			if (oldest !== undefined && taken.size > mostKept) {
				taken.delete(oldest);
			}

			note(['+', message]);
		},
		remove(message) {
			taken.delete(message);
			note(['-', message]);
		},
		clear() {
			taken.clear();
			lines = 0;
			fs.rmSync(file, {force: true});
		},
	};
};

const lineOf = (line: readonly [string, string]): string =>
	`${JSON.stringify(line)}\n`;

const read = (file: string): Set<string> => {
	const taken = new Set<string>();
	if (!fs.existsSync(file)) {
		return taken;
	}

	for (const line of fs.readFileSync(file, 'utf8').split('\n')) {
		const [sign, message] = parse(line);
		if (sign === '+') {
			taken.add(message);
		} else if (sign === '-') {
			taken.delete(message);
		}
	}

	return taken;
};

/** The last line may be half written. */
const parse = (line: string): readonly [sign: unknown, message: string] => {
	try {
		const value: unknown = JSON.parse(line);
		return Array.isArray(value) && typeof value[1] === 'string'
			? [value[0], value[1]]
			: [undefined, ''];
	} catch {
		return [undefined, ''];
	}
};
