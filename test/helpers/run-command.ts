import {exitStatusOf, failureText} from '../../source/modes/exit-status.js';
import {loadMode} from '../../source/modes/load-mode.js';
import type {Output} from '../../source/modes/output.js';
import {parseCommandLine} from '../../source/modes/parse-command-line.js';

export type Ran = {
	readonly status: number;
	readonly stdout: string;
	readonly stderr: string;
};

/** A command line in this process, its output caught. */
export const runCommand = async (
	words: readonly string[],
	{columns}: {readonly columns?: number} = {},
): Promise<Ran> => {
	let stdout = '';
	let stderr = '';
	const output: Output = {
		print(text) {
			stdout += `${text}\n`;
		},
		printJson(value) {
			stdout += `${JSON.stringify(value)}\n`;
		},
		write(bytes) {
			stdout += new TextDecoder().decode(bytes);
		},
		message(text) {
			stderr += `${text}\n`;
		},
		paint: (_, text) => text,
		columns: () => columns,
		isInteractive: false,
	};
	try {
		const parsed = parseCommandLine(words);
		if (parsed.kind !== 'command') {
			throw new Error(`${words.join(' ')} runs no command.`);
		}

		const mode = await loadMode(parsed.command.mode);
		const status = await mode.run({
			command: parsed.command.name,
			arguments: parsed.arguments,
			flags: parsed.flags,
			output,
		});
		return {status, stdout, stderr};
	} catch (error) {
		return {
			status: exitStatusOf(error),
			stdout,
			stderr: `${stderr}${failureText(error, {isDetailed: false})}\n`,
		};
	}
};

export const stdoutOf = async (
	...input: Parameters<typeof runCommand>
): Promise<string> => {
	const {stdout} = await runCommand(...input);
	return stdout;
};

export const statusOf = async (
	...input: Parameters<typeof runCommand>
): Promise<number> => {
	const {status} = await runCommand(...input);
	return status;
};
