import type {Clock} from '../core/clock.js';
import {findProgram} from './find-program.js';

/** How long a program that was found is taken to be there still. It is looked for again when a process ends as one does whose program was not there. */
const trustedMs = 2000;
const mostEntries = 1000;

type Search = Parameters<typeof findProgram>[0];
export type FindProgram = (search: Search) => ReturnType<typeof findProgram>;

/** Thousands of small processes of one program need not walk `PATH` each: half of the file work of such a start. */
export const createProgramCache = (clock: Clock): FindProgram => {
	const known = new Map<
		string,
		{readonly file: string; readonly until: number}
	>();
	return (search) => {
		const key = `${search.program.includes('/') || (search.searchPath ?? '').split(':').some((folder) => !folder.startsWith('/')) ? search.cwd : ''}\0${search.searchPath}\0${search.program}`;
		const entry = known.get(key);
		const now = clock.monotonic();
		if (entry !== undefined && entry.until > now) {
			return {kind: 'found', file: entry.file};
		}

		const found = findProgram(search);
		known.delete(key);
		if (found.kind === 'found') {
			if (known.size >= mostEntries) {
				known.clear();
			}

			known.set(key, {file: found.file, until: now + trustedMs});
		}

		return found;
	};
};
