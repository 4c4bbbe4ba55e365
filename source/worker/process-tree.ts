import {setTimeout as delay} from 'node:timers/promises';
import type {Clock} from '../core/clock.js';
import type {InvocationId} from '../core/ids.js';
import type {Cgroup} from './cgroup.js';
import {
	sendSignal,
	type ProcessEntry,
	type ProcessTable,
} from './process-table.js';

export type Tree = {
	readonly invocation: InvocationId;
	/** The wrapper's pid, which is the number of its process group and session; undefined where it is not known that this pid is still of our wrapper. */
	readonly group: number | undefined;
	/** Where the system has such groups: all of the tree that has not been let out. */
	readonly cgroup?: Cgroup | undefined;
};

/** Every process of an invocation: those of its control group, session and process group, their descendants, and what has its marker wherever it went. */
export const membersOf = (
	processes: ReadonlyMap<number, ProcessEntry>,
	{invocation, group, cgroup}: Tree,
): ProcessEntry[] => {
	const inside = new Set(cgroup?.processes());
	const isMember = (entry: ProcessEntry): boolean =>
		entry.owner === invocation ||
		inside.has(entry.pid) ||
		(group !== undefined &&
			[entry.session, entry.group, entry.pid].includes(group));
	const members = new Map<number, ProcessEntry>();
	const isDescendant = (entry: ProcessEntry, depth: number): boolean => {
		const parent = processes.get(entry.parent);
		return (
			parent !== undefined &&
			parent.pid > 1 &&
			depth < 1000 &&
			(members.has(parent.pid) ||
				isMember(parent) ||
				isDescendant(parent, depth + 1))
		);
	};

	for (const entry of processes.values()) {
		if (isMember(entry) || isDescendant(entry, 0)) {
			members.set(entry.pid, entry);
		}
	}

	return members.values().toArray();
};

type Ending = {
	readonly tree: Tree;
	readonly table: ProcessTable;
	/** Seconds between TERM and KILL; asked again and again, so that it can be shortened meanwhile. */
	readonly grace: () => number;
	readonly clock: Clock;
};

/**
End a whole process tree: TERM, and KILL after the grace time. Resolves when none of it runs any more.

A tree may grow while it is looked at, so it is looked at again until a look finds nothing. Of what is in a control group nothing can hide from that.
*/
export const endTree = async ({
	tree,
	table,
	grace,
	clock,
}: Ending): Promise<void> => {
	const begun = clock.monotonic();
	const asked = new Set<string>();
	// What is stopped would not take the TERM.
	signalGroup(tree, 'SIGTERM', 'SIGCONT');
	for (let pause = 5; ; pause = Math.min(pause * 1.5, 200)) {
		/* eslint-disable no-await-in-loop -- each look depends on what the last one did */
		const members = membersOf(await table.read(), tree);
		if (members.length === 0) {
			return;
		}

		if (clock.monotonic() - begun >= grace() * 1000) {
			signalGroup(tree, 'SIGKILL');
			tree.cgroup?.kill();
			for (const member of members) {
				table.signal(member, 'SIGKILL');
			}
		} else {
			for (const member of members) {
				const key = `${member.pid} ${member.started}`;
				if (member.group === tree.group || asked.has(key)) {
					continue;
				}

				asked.add(key);
				table.signal(member, 'SIGTERM');
				table.signal(member, 'SIGCONT');
			}
		}

		await delay(pause);
		/* eslint-enable no-await-in-loop */
	}
};

const signalGroup = (
	{group}: Tree,
	...signals: readonly NodeJS.Signals[]
): void => {
	if (group !== undefined) {
		for (const signal of signals) {
			sendSignal(-group, signal);
		}
	}
};
