import fs from 'node:fs';
import path from 'node:path';
import type {ResultOf} from '../net/messages/method.js';
import type {workerToScheduler} from '../net/messages/worker.js';

type LogFolder = ResultOf<
	typeof workerToScheduler,
	'worker.register'
>['log_folder'];

/** The scheduler's folder of logs, if this machine has it too: what the scheduler left in a file there says so. A folder of that name that is another one has another probe, or none. */
export const findSharedLogs = (offered: LogFolder): string | undefined => {
	if (offered === null) {
		return undefined;
	}

	try {
		const content = fs.readFileSync(
			path.join(offered.path, path.basename(offered.probe)),
			'utf8',
		);
		fs.accessSync(offered.path, fs.constants.W_OK);
		return content === offered.content ? offered.path : undefined;
	} catch {
		return undefined;
	}
};
