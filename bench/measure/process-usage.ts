import fs from 'node:fs';

export type ProcessUsage = {
	/** Seconds of CPU time so far, user and system. */
	readonly cpuSeconds: number;
	/** Resident now. */
	readonly memoryBytes: number;
	/** The most that ever was resident. */
	readonly peakMemoryBytes: number;
	/** What it caused to be written to the disk so far. */
	readonly writtenBytes: number;
};

/** As the kernel of Linux counts it. */
export const processUsage = (pid: number): ProcessUsage => {
	const stat = fs.readFileSync(`/proc/${pid}/stat`, 'latin1');
	// The second field, in parentheses, may hold anything.
	const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
	const status = fs.readFileSync(`/proc/${pid}/status`, 'latin1');
	const io = fs.readFileSync(`/proc/${pid}/io`, 'latin1');
	return {
		cpuSeconds: (Number(fields[11]) + Number(fields[12])) / ticksPerSecond,
		memoryBytes: field(status, 'VmRSS') * 1024,
		peakMemoryBytes: field(status, 'VmHWM') * 1024,
		writtenBytes: field(io, 'write_bytes'),
	};
};

// What the kernel shows to programs is always in hundredths on the platforms that Node knows.
const ticksPerSecond = 100;

const field = (text: string, name: string): number =>
	Number(
		new RegExp(String.raw`^${name}:\s+(\d+)`, 'mv').exec(text)?.[1] ?? NaN,
	);
