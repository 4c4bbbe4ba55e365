import fs from 'node:fs';
import path from 'node:path';

/** One process, by what it wrote down itself. Times are seconds since the system started. */
export type Process = {
	readonly task: number;
	readonly invocation: number;
	readonly pid: number;
	readonly worker: string;
	readonly label: string;
	/** What it was given. */
	readonly data: string;
	readonly began: number;
	/** When it last wrote something: it lived at least until then. */
	readonly lived: number;
	/** Undefined: it did not come to its end. */
	readonly exitCode: number | undefined;
};

/** All that ran, the one that began first first. */
export const readAccount = (folder: string): readonly Process[] =>
	fs
		.readdirSync(folder)
		.flatMap((name) => readProcess(path.join(folder, name)) ?? [])
		.toSorted((a, b) => a.began - b.began);

const readProcess = (file: string): Process | undefined => {
	const lines = fs.readFileSync(file, 'utf8').split('\n').slice(0, -1);
	const [first, ...rest] = lines.map((line) => line.split(' '));
	const last = rest.at(-1) ?? first;
	// Killed before its first line.
	if (last === undefined || first?.[0] !== 'begin') {
		return undefined;
	}

	const [, task, invocation, pid, , worker = '', began, label = '', data = ''] =
		first;
	return {
		task: Number(task),
		invocation: Number(invocation),
		pid: Number(pid),
		worker,
		label,
		data,
		began: Number(began),
		lived: Number(last[6]),
		exitCode: last[0] === 'end' ? Number(last[8]) : undefined,
	};
};
