import fs from 'node:fs';
import process from 'node:process';
import type {Clock} from '../core/clock.js';
import {findLeft} from './adopt.js';
import {openCgroup} from './cgroup.js';
import {createProcessTable} from './process-table.js';
import {endTree} from './process-tree.js';
import {createRecords} from './record.js';
import {lockStateFolder, openStateFolder} from './state-folder.js';

/**
End all processes that a worker left which does not run. Their results stay for it to tell, should it come back.

@returns how many invocations were ended
@throws {FarmError} `CONFLICT`: it does run
*/
export const sweepLeft = async ({
	root,
	name,
	grace,
	clock,
}: {
	/** Where the workers of this machine keep their state. */
	readonly root: string;
	readonly name: string;
	/** Seconds between TERM and KILL. */
	readonly grace: number;
	readonly clock: Clock;
}): Promise<number> => {
	fs.mkdirSync(root, {recursive: true, mode: 0o700});
	const folder = openStateFolder(root, name);
	const lock = await lockStateFolder(root, name, clock);
	try {
		fs.writeFileSync(folder.sweep, String(process.pid));
		const table = createProcessTable(folder.attributes);
		const records = createRecords(folder);
		const left = await findLeft({folder, records, table});
		for (const {record} of left.running) {
			record.write('reason', {kind: 'cancelled'});
		}

		const trees = [
			...left.running.map(({recorded: {job}, pid}) => ({
				invocation: job.invocation,
				group: pid,
				cgroup: job.cgroup === null ? undefined : openCgroup(job.cgroup),
			})),
			...left.over.map(({recorded: {job}}) => ({
				invocation: job.invocation,
				group: undefined,
				cgroup: job.cgroup === null ? undefined : openCgroup(job.cgroup),
			})),
			...left.strays.map((invocation) => ({
				invocation,
				group: undefined,
				cgroup: undefined,
			})),
		];
		await Promise.all(
			trees.map(async (tree) => {
				await endTree({tree, table, clock, grace: () => grace});
				tree.cgroup?.remove();
			}),
		);
		records.clear();
		return left.running.length;
	} finally {
		fs.rmSync(folder.sweep, {force: true});
		await lock.release();
	}
};
