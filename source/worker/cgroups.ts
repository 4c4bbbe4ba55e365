import fs from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import type {InvocationId} from '../core/ids.js';
import type {CgroupUse} from './settings.js';
import {groupsIn, openCgroup, type Cgroup} from './cgroup.js';
import {findCgroup} from './cgroup-place.js';

/** The control groups of a worker's invocations, where the system has them and lets us. */
export type Cgroups = {
	/** Find the place for them, and move this process there, unless that is not wanted. Where there is no place, no group is made. */
	readonly open: () => void;
	/** A sentence for people: what groups there are, or why there are none. */
	readonly describe: () => string;
	/** A group for an invocation that is about to start; undefined: it goes without. Bytes of memory; 0: as much as there is. */
	readonly make: (
		invocation: InvocationId,
		memoryLimit: number,
	) => Cgroup | undefined;
	/** One that a worker before this one made. */
	readonly find: (folder: string) => Cgroup | undefined;
	/** Nothing is in it any more. */
	readonly release: (group: Cgroup) => void;
	/** End and remove what a worker before this one left, except what is still in use. */
	readonly clear: (inUse: readonly string[]) => void;
	readonly close: () => void;
};

type CgroupsOptions = {
	/** Tells this worker's groups from those of others. */
	readonly digest: string;
	readonly use: () => CgroupUse;
	/** Whether a process can be started in its group. */
	readonly entersGroups: () => boolean;
	/** Where the group of this process is, if anywhere. */
	readonly ourGroup?: () => ReturnType<typeof findCgroup>;
};

/** The group that a worker itself is in. Its parent is what was left to us: systemd can be told to begin there, with `DelegateSubgroup=lifeblood-worker`. */
const ownGroup = 'lifeblood-worker';
/** A process that has ended may take a moment to leave its group. */
const retryMs = {first: 200, last: 30_000} as const;

/**
The groups of one worker: one with its digest in the name, and in that one for each invocation, beside those of other workers that began in the same group. No other group is touched.
*/
export const createCgroups = ({
	digest,
	use,
	entersGroups,
	ourGroup = thisGroup,
}: CgroupsOptions): Cgroups => {
	let lookedFor: CgroupUse | undefined;
	let why = 'they were not looked for yet';
	let place: {readonly base: string; readonly ours: string} | undefined;
	let holdsMemory = false;
	const leaving = new Set<Cgroup>();
	let timer: NodeJS.Timeout | undefined;

	/** A group with processes in it cannot have this: another worker, say, that has not yet moved to its own. So it is tried again. */
	const takeMemory = (): boolean => {
		if (!holdsMemory && place !== undefined) {
			try {
				fs.mkdirSync(place.ours, {recursive: true});
				for (const folder of [place.base, place.ours]) {
					fs.writeFileSync(`${folder}/cgroup.subtree_control`, '+memory');
				}

				holdsMemory = true;
			} catch {
				return false;
			}
		}

		return holdsMemory;
	};

	/** Entering a group holds up whoever enters it, and all that start or end meanwhile: for milliseconds, where the machine is idle, and a tenth of that where it is busy. A limit is worth that. */
	const isCheap = (): boolean => use() === 'always' || entersGroups();

	const removeLeaving = (pause: number): void => {
		for (const group of leaving) {
			if (group.remove()) {
				leaving.delete(group);
			}
		}

		timer =
			leaving.size === 0
				? undefined
				: setTimeout(
						removeLeaving,
						pause,
						Math.min(pause * 2, retryMs.last),
					).unref();
	};

	const release = (group: Cgroup): void => {
		if (group.remove()) {
			return;
		}

		leaving.add(group);
		timer ??= setTimeout(
			removeLeaving,
			retryMs.first,
			retryMs.first * 2,
		).unref();
	};

	/** Where groups are of no use, nothing is made nor moved. */
	const settle = (base: string, isMoved: boolean): void => {
		const own = `${base}/${ownGroup}-${digest}`;
		try {
			if (!isCheap() && !hasMemory(base)) {
				why = `those in ${base} cannot hold memory limits, and entering them takes long with this system's C library; invocation.control_groups = "always" uses them all the same`;
				return;
			}

			// The root of all groups has no such file, and need not be free of processes.
			if (!isMoved && fs.existsSync(`${base}/cgroup.type`)) {
				fs.mkdirSync(own, {recursive: true});
				fs.writeFileSync(`${own}/cgroup.procs`, String(process.pid));
			} else {
				fs.accessSync(base, fs.constants.W_OK);
			}

			place = {base, ours: `${base}/lifeblood-${digest}`};
		} catch (error) {
			why = `${base} is not ours to use (${String(error instanceof Error && 'code' in error ? error.code : error)})`;
			openCgroup(own).remove();
		}
	};

	/** Looks again only where something else is wanted meanwhile. */
	const open = (): void => {
		if (place !== undefined || lookedFor === use()) {
			return;
		}

		lookedFor = use();
		if (lookedFor === 'never') {
			why = 'the configuration says so';
			return;
		}

		const found = ourGroup();
		if (found.kind === 'none') {
			({why} = found);
			return;
		}

		const isMoved = isOwn(path.basename(found.folder));
		settle(isMoved ? path.dirname(found.folder) : found.folder, isMoved);
	};

	return {
		open,
		describe() {
			if (place === undefined) {
				return `no control groups: ${why}`;
			}

			const memory = takeMemory() ? 'holds' : 'cannot hold';
			return `each invocation has a control group in ${place.ours}, which ${memory} its memory limit`;
		},
		make(invocation, memoryLimit) {
			open();
			if (
				place === undefined ||
				use() === 'never' ||
				!(isCheap() || (takeMemory() && memoryLimit > 0))
			) {
				return undefined;
			}

			const group = openCgroup(`${place.ours}/${invocation}`);
			try {
				fs.mkdirSync(path.dirname(group.folder), {recursive: true});
				fs.mkdirSync(group.folder);
			} catch {
				// One of this number may be left of another farm; else there may be no more groups.
				if (!group.remove() || !isMade(group.folder)) {
					return undefined;
				}
			}

			if (takeMemory() && memoryLimit > 0) {
				limitMemory(group, memoryLimit);
			}

			return group;
		},
		find: (folder) =>
			fs.existsSync(`${folder}/cgroup.procs`) ? openCgroup(folder) : undefined,
		release,
		clear(inUse) {
			for (const folder of place === undefined ? [] : groupsIn(place.ours)) {
				if (inUse.includes(folder)) {
					continue;
				}

				const group = openCgroup(folder);
				group.kill();
				release(group);
			}
		},
		close() {
			clearTimeout(timer);
			for (const group of leaving) {
				group.remove();
			}

			if (place !== undefined) {
				try {
					// Only where nothing is in it; the group that we are in ourselves has to stay.
					fs.rmdirSync(place.ours);
				} catch {
					// What still runs there is found by the next worker of this name.
				}
			}
		},
	};
};

/** A unit of systemd may be named so too, and has its kind at the end. */
const isOwn = (name: string): boolean =>
	name === ownGroup ||
	(name.startsWith(`${ownGroup}-`) &&
		/^[0-9a-f]{32}$/v.test(name.slice(ownGroup.length + 1)));

const hasMemory = (base: string): boolean =>
	fs
		.readFileSync(`${base}/cgroup.controllers`, 'latin1')
		.trim()
		.split(' ')
		.includes('memory');

const isMade = (folder: string): boolean => {
	try {
		fs.mkdirSync(folder);
		return true;
	} catch {
		return false;
	}
};

/** The wrapper is in it too, and must live to note the end; so not all of the group is killed for memory at once (`memory.oom.group`), but the largest process of it, which never is the wrapper, and then the rest by us. */
const limitMemory = ({folder}: Cgroup, bytes: number): void => {
	try {
		// What went to disk instead would make the limit one of speed.
		fs.writeFileSync(`${folder}/memory.swap.max`, '0');
	} catch {
		// There is no swap, or the kernel does not count it.
	}

	fs.writeFileSync(`${folder}/memory.max`, String(Math.ceil(bytes)));
};

/** Where the control group of this process is, if anywhere. */
export const thisGroup = (): ReturnType<typeof findCgroup> => {
	if (process.platform !== 'linux') {
		return {kind: 'none', why: 'only Linux has them'};
	}

	try {
		return findCgroup(
			fs.readFileSync('/proc/self/cgroup', 'utf8'),
			fs.readFileSync('/proc/self/mountinfo', 'utf8'),
		);
	} catch (error) {
		return {kind: 'none', why: String(error)};
	}
};
