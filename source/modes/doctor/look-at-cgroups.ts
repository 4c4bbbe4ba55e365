import fs from 'node:fs';
import {thisGroup} from '../../worker/cgroups.js';
import {ok, type Finding} from './finding.js';

/** What a worker that was started from here could do with control groups. Nothing is made nor moved. */
export const lookAtCgroups = (): Finding => {
	const found = thisGroup();
	if (found.kind === 'none') {
		return ok('control groups', `none: ${found.why}; memory is measured`);
	}

	const {folder} = found;
	if (!isWritable(`${folder}/cgroup.procs`) || !isWritable(folder)) {
		return ok(
			'control groups',
			`${folder} is not ours to use; memory is measured`,
		);
	}

	return ok('control groups', `${folder}, which ${memoryText(folder)}`);
};

const memoryText = (folder: string): string => {
	if (!read(`${folder}/cgroup.controllers`).split(/\s+/v).includes('memory')) {
		return 'cannot hold memory limits';
	}

	const isRoot = !fs.existsSync(`${folder}/cgroup.type`);
	const processes = read(`${folder}/cgroup.procs`).trim().split('\n');
	return isRoot || processes.length <= 1
		? 'holds memory limits'
		: 'other processes are in too: only a worker alone in its group can hold memory limits';
};

const isWritable = (file: string): boolean => {
	try {
		fs.accessSync(file, fs.constants.W_OK);
		return true;
	} catch {
		return false;
	}
};

const read = (file: string): string => {
	try {
		return fs.readFileSync(file, 'latin1');
	} catch {
		return '';
	}
};
