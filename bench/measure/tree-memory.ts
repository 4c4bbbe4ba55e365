import fs from 'node:fs';

/** Bytes that a process and those that it started have: all that is resident of the first, and of the others what they share with nobody, since what they share is mostly Node itself, which the first has too. */
export const treeMemory = (pid: number): number =>
	field(read(`/proc/${pid}/status`), 'VmRSS') +
	childrenOf(pid).reduce((sum, child) => sum + ownMemory(child), 0);

/** Also of those that it started. */
const ownMemory = (pid: number): number => {
	const shares = read(`/proc/${pid}/smaps_rollup`);
	return (
		field(shares, 'Private_Clean') +
		field(shares, 'Private_Dirty') +
		childrenOf(pid).reduce((sum, child) => sum + ownMemory(child), 0)
	);
};

/** Any thread may have started one. */
const childrenOf = (pid: number): number[] =>
	threadsOf(pid).flatMap((thread) =>
		read(`/proc/${pid}/task/${thread}/children`)
			.split(' ')
			.filter((word) => word !== '')
			.map(Number),
	);

const threadsOf = (pid: number): string[] => {
	try {
		return fs.readdirSync(`/proc/${pid}/task`);
	} catch {
		return [];
	}
};

/** Empty of a process that has ended meanwhile. */
const read = (file: string): string => {
	try {
		return fs.readFileSync(file, 'latin1');
	} catch {
		return '';
	}
};

const field = (text: string, name: string): number =>
	1024 *
	Number(new RegExp(String.raw`^${name}:\s+(\d+)`, 'mv').exec(text)?.[1] ?? 0);
