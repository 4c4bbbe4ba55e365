import {spawn} from 'node:child_process';
import fs from 'node:fs';
import {sendSignal, type ProcessTable} from './process-table.js';
import {findShell} from './wrapper.js';

/** What is left of a worker that was killed and never started again: it ends its processes when the grace time is over. */
export type Guard = {
	/** Seconds, from now on. */
	readonly setGrace: (grace: number) => void;
	/** The worker ends by itself, and leaves nothing running. */
	readonly dismiss: () => void;
};

type GuardOptions = {
	/** What is executed in the end. */
	readonly sweep: readonly string[];
	readonly environment: Readonly<Record<string, string>>;
	readonly grace: number;
	/** Says which the guard is, for the worker after this one. */
	readonly file: string;
	readonly table: ProcessTable;
};

/**
A shell that reads what its worker writes, and so costs nothing for as long as that lives. The end of that without a `bye` is the worker's death, however it died. It is in a session of its own, where no key of a terminal reaches it.
*/
const script = `grace=$1
shift
while read -r word; do
	[ "$word" = bye ] && exit
	grace=$word
done
sleep "$grace"
exec "$@"`;

/** Start a worker's guard. That of the worker before this one is not needed any more. */
export const startGuard = async ({
	sweep,
	environment,
	grace,
	file,
	table,
}: GuardOptions): Promise<Guard> => {
	const child = spawn(
		findShell(),
		['-c', script, 'lifeblood-guard', secondsText(grace), ...sweep],
		{
			cwd: '/',
			env: environment,
			detached: true,
			stdio: ['pipe', 'ignore', 'ignore'],
		},
	);
	// Without a guard a worker works as well.
	child.on('error', () => undefined);
	child.stdin.on('error', () => undefined);
	child.unref();
	const processes = await table.read();
	const before = readGuard(file);
	if (
		before !== undefined &&
		processes.get(before.pid)?.started === before.started
	) {
		sendSignal(-before.pid, 'SIGKILL');
	}

	const entry = processes.get(child.pid ?? 0);
	if (entry !== undefined) {
		fs.writeFileSync(file, `${entry.pid} ${entry.started}`);
	}

	return {
		setGrace(seconds) {
			child.stdin.write(`${secondsText(seconds)}\n`);
		},
		dismiss() {
			child.stdin.end('bye\n');
			fs.rmSync(file, {force: true});
		},
	};
};

/** Not every `sleep` takes a fraction. */
const secondsText = (seconds: number): string => String(Math.ceil(seconds));

const readGuard = (
	file: string,
): {readonly pid: number; readonly started: string} | undefined => {
	try {
		const [pid = '', ...started] = fs.readFileSync(file, 'utf8').split(' ');
		return {pid: Number(pid), started: started.join(' ')};
	} catch {
		// The worker before this one was dismissed, or there was none.
		return undefined;
	}
};
