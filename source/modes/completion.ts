import {FarmError} from '../core/errors.js';
import {bashCompletion, zshCompletion} from './completion-bash.js';
import {fishCompletion} from './completion-fish.js';
import type {CommandContext, ExitStatus} from './context.js';

/** `completion bash|zsh|fish`: prints the script. */
export const run = async (context: CommandContext): Promise<ExitStatus> => {
	const [shell = ''] = context.arguments;
	const script = Object.hasOwn(scripts, shell) ? scripts[shell] : undefined;
	if (script === undefined) {
		throw new FarmError(
			'INVALID',
			`There is no completion for "${shell}": bash, zsh and fish are known.`,
		);
	}

	context.output.print(script().trimEnd());
	return 0;
};

const scripts: Readonly<Record<string, () => string>> = {
	bash: bashCompletion,
	zsh: zshCompletion,
	fish: fishCompletion,
};
