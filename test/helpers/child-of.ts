import fs from 'node:fs';
import {until} from './until.js';

/** What a shell runs, as soon as it has started it. */
export const childOf = async (shell: number): Promise<number> =>
	until(
		() => {
			const [child] = childrenOf(shell);
			return child;
		},
		{what: 'the shell to start the program'},
	);

/** The processes that one has started and that still are. */
export const childrenOf = (pid: number): readonly number[] =>
	fs
		.readFileSync(`/proc/${pid}/task/${pid}/children`, 'latin1')
		.split(' ')
		.filter((child) => child !== '')
		.map(Number);
