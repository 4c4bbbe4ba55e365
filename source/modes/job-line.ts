import process from 'node:process';
import {exitStatusOf, failureText} from './exit-status.js';
import {run} from './job.js';
import {processOutput, type Output} from './output.js';
import {parseJobLine} from './parse-job-line.js';

/**
Does what a well written `lifeblood job …` asks for, and leaves the exit status with the process. False: these words are for the whole program.

It is built into a file of its own that holds all it needs and nothing else: Node takes about a millisecond for each further file.
*/
export const runJobLine = async (
	words: readonly string[],
): Promise<boolean> => {
	const call = parseJobLine(words);
	if (call === undefined) {
		return false;
	}

	const output = outputWhenNeeded();
	try {
		process.exitCode = await run({...call, output});
	} catch (error) {
		output.message(failureText(error, {isDetailed: false}));
		process.exitCode = exitStatusOf(error);
	}

	return true;
};

/** Most calls say nothing, and need not wait until Node has opened the streams. */
const outputWhenNeeded = (): Output => {
	let made: Output | undefined;
	const output = (): Output => {
		made ??= processOutput();
		return made;
	};

	return {
		print(text) {
			output().print(text);
		},
		printJson(value) {
			output().printJson(value);
		},
		write(bytes) {
			output().write(bytes);
		},
		message(text) {
			output().message(text);
		},
		paint: (style, text) => output().paint(style, text),
		columns: () => output().columns(),
		get isInteractive() {
			return output().isInteractive;
		},
	};
};
