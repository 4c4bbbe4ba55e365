import fs from 'node:fs';
import os from 'node:os';
import type {InvocationOutcome} from '../core/invocation.js';
import type {OutputPositions} from './output-positions.js';

/**
What stands between the worker and the program, so that the exit status is on disk even if the worker is gone. It is constant; the control group to enter, the program and its arguments come as positional parameters, and the shell never parses them.

Standard output is the log, and so is descriptor 3, opened once more for the program's standard error. Standard error is the record, to which the shell adds lines, each with one small write:

- `pid N`: the wrapper's own, which is the session's and the process group's too
- `exit N OUT ERROR`: as the shell has it in `$?`, once the program ended; and where its outputs stood in the log then, in a system that tells
- `outside`: it could not enter its control group, and did not start the program, which would be out of reach there
- two lines of CPU time from `times`: the shell's own, and that of what it waited for

The traps keep the wrapper alive when the whole group is told to end; a program that is executed does not inherit them. The program runs in a subshell so that its standard error is redirected there and not in the wrapper: when a signal ended it, dash and bash say so in words on their own standard error, here the record, and that is how `exit 137` and a KILL are told apart, which POSIX leaves alike in `$?`. Of INT and PIPE no shell speaks; there, and with a shell that never speaks, 128 + n is taken for the signal, as everybody does.
*/
export const wrapperScript =
	'trap : HUP INT QUIT USR1 USR2 PIPE ALRM TERM\necho "pid $$" >&2\n[ -z "$1" ] || { echo 0 >"$1/cgroup.procs"; } 2>/dev/null || { echo outside >&2; exit; }\nshift\n(exec "$@" 2>&3 3>&-)\nset -- $?\nout= error=\n{ read -r _ out </proc/$$/fdinfo/1 && read -r _ error </proc/$$/fdinfo/3; } 2>/dev/null\necho "exit $1 $out $error" >&2\ntimes >&2\n';

/** The shell that the wrapper runs in: dash starts fastest; bash speaks of signals only when it is not called sh. */
export const findShell = (): string =>
	['/bin/dash', '/usr/bin/dash', '/bin/bash', '/usr/bin/bash'].find((file) =>
		fs.existsSync(file),
	) ?? '/bin/sh';

/** What the wrapper noted. */
export type WrapperNotes = {
	readonly pid: number | undefined;
	readonly end:
		| {
				readonly outcome: InvocationOutcome;
				readonly cpu_s: number | undefined;
				readonly positions: OutputPositions | undefined;
		  }
		| undefined;
};

/** Read what the wrapper noted so far; a line without its end does not count. */
export const parseNotes = (lines: readonly string[]): WrapperNotes => {
	let pid: number | undefined;
	let status: number | undefined;
	let isOutside = false;
	let hasSpoken = false;
	let cpu: number | undefined;
	let positions: OutputPositions | undefined;
	for (const line of lines) {
		const [word = '', rest = '', out = '', error = ''] = line.split(' ', 4);
		if (status !== undefined) {
			// The second line of `times` is of what the shell waited for, so the later one stays.
			cpu = parseTimes(line) ?? cpu;
		} else if (word === 'pid' && /^\d+$/v.test(rest)) {
			pid = Number(rest);
		} else if (word === 'exit' && /^\d+$/v.test(rest)) {
			status = Number(rest);
			positions =
				/^\d+$/v.test(out) && /^\d+$/v.test(error)
					? {out: Number(out), error: Number(error)}
					: undefined;
		} else if (line === 'outside') {
			isOutside = true;
		} else if (line.trim() !== '') {
			hasSpoken = true;
		}
	}

	return status === undefined
		? {
				pid,
				end: isOutside
					? {outcome: outside, cpu_s: 0, positions: undefined}
					: undefined,
			}
		: {
				pid,
				end: {outcome: outcomeOf(status, hasSpoken), cpu_s: cpu, positions},
			};
};

const outside: InvocationOutcome = {
	kind: 'not_started',
	message:
		'The process could not enter the control group that was made for it: somebody removed it, or took away the right to.',
};

const outcomeOf = (status: number, hasSpoken: boolean): InvocationOutcome => {
	const signal = status > 128 ? signalName(status - 128) : undefined;
	return signal !== undefined &&
		(hasSpoken || signal === 'SIGINT' || signal === 'SIGPIPE' || !shellSpeaks())
		? {kind: 'signalled', signal}
		: {kind: 'exited', exit_code: status};
};

const signalName = (number: number): string | undefined =>
	Object.entries(os.constants.signals).find(
		([, value]) => value === number,
	)?.[0];

const shellSpeaks = (): boolean => findShell() !== '/bin/sh';

/** A line of `times`: `0m0.010000s 0m1.500000s`, user and system. */
const parseTimes = (line: string): number | undefined => {
	const found =
		/^(?<userMinutes>\d+)m(?<userSeconds>[\d.]+)s (?<systemMinutes>\d+)m(?<systemSeconds>[\d.]+)s$/v.exec(
			line,
		)?.groups;
	if (found === undefined) {
		return undefined;
	}

	const {userMinutes, userSeconds, systemMinutes, systemSeconds} = found;
	return (
		(Number(userMinutes) + Number(systemMinutes)) * 60 +
		Number(userSeconds) +
		Number(systemSeconds)
	);
};
