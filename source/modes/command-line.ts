import process from 'node:process';
import type {ExitStatus} from './context.js';
import {exitStatusOf, failureText} from './exit-status.js';
import {processOutput, type Output} from './output.js';
import {parseCommandLine} from './parse-command-line.js';

/** Runs what the words of a command line ask for, and leaves the exit status with the process. */
export const runCommandLine = async (
	words: readonly string[],
): Promise<void> => {
	const output = processOutput();
	try {
		process.exitCode = await run(words, output);
	} catch (error) {
		output.message(failureText(error, {isDetailed: wantsDetails(words)}));
		process.exitCode = exitStatusOf(error);
	}
};

const run = async (
	words: readonly string[],
	output: Output,
): Promise<ExitStatus> => {
	const parsed = parseCommandLine(words);
	switch (parsed.kind) {
		case 'version': {
			const {version} = await import('./version.js');
			output.print(version);
			return 0;
		}

		case 'help': {
			const {helpText} = await import('./help.js');
			output.print(helpText(parsed.about));
			return 0;
		}

		case 'command': {
			const {loadMode} = await import('./load-mode.js');
			const mode = await loadMode(parsed.command.mode);
			return mode.run({
				command: parsed.command.name,
				arguments: parsed.arguments,
				flags: parsed.flags,
				output,
			});
		}
	}
};

/** Looked for in the words themselves, since it may be these that cannot be parsed. */
const wantsDetails = (words: readonly string[]): boolean =>
	words.some(
		(word, index) =>
			word === '--log-level=debug' ||
			(word === '--log-level' && words[index + 1] === 'debug'),
	);
