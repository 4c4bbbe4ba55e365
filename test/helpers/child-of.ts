import fs from 'node:fs';
import {until} from './until.js';

/** What a shell runs, as soon as it has started it. */
export const childOf = async (shell: number): Promise<number> =>
	until(
		() => {
			const [child] = fs
				.readFileSync(`/proc/${shell}/task/${shell}/children`, 'latin1')
				.split(' ', 1);
			return child === undefined || child === '' ? undefined : Number(child);
		},
		{what: 'the shell to start the program'},
	);
