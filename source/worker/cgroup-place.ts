import path from 'node:path';

type Place =
	| {readonly kind: 'found'; readonly folder: string}
	| {readonly kind: 'none'; readonly why: string};

/**
Where the control group (version 2) of a process is to be found.

@param membership what `/proc/PID/cgroup` says; the line of version 2 begins with `0::`
@param mounts what `/proc/PID/mountinfo` says; see proc(5)
*/
export const findCgroup = (membership: string, mounts: string): Place => {
	const group = /^0::(?<path>\/.*)$/mv.exec(membership)?.groups?.['path'];
	if (group === undefined) {
		return {kind: 'none', why: 'this system has none of version 2'};
	}

	for (const line of mounts.split('\n')) {
		const [before = '', after = ''] = line.split(' - ', 2);
		const [root = '', point = ''] = before
			.split(' ')
			.slice(3, 5)
			.map((field) => unescape(field));
		// Of a part of the tree that is mounted, only what is below it can be reached.
		const below = path.posix.relative(root, group);
		if (
			after.startsWith('cgroup2 ') &&
			!below.startsWith('..') &&
			!group.startsWith('/..')
		) {
			return {kind: 'found', folder: path.posix.join(point, below)};
		}
	}

	return {kind: 'none', why: 'the group of this process is not mounted'};
};

// Spaces and the like stand there as their octal number.
const unescape = (text: string): string =>
	text.replaceAll(/\\(?<code>[0-7]{3})/gv, (_whole, code: string) =>
		String.fromCodePoint(Number.parseInt(code, 8)),
	);
