import fs from 'node:fs';
import path from 'node:path';
import type {TorturedFarm} from '../farm/farm.js';

/** Processes and files that are still there when everything has ended. */
export const findLeftovers = (farm: TorturedFarm): readonly string[] => [
	...farm
		.processes()
		.map(({pid, command}) => `Process ${pid} was left running: ${command}`),
	...filesIn(farm.temporary)
		// Where each worker makes its working folders.
		.filter((file) => !/\/lifeblood-\d+(?:\/worker-\d+)?$/v.test(file))
		.map((file) => `${file} was left in the folder for temporary files.`),
	...filesIn(path.join(farm.state, 'lifeblood', 'worker'))
		.filter(
			(file) =>
				/\/(?:invocations|attributes|files|logs)\/./v.test(file) &&
				// A folder for a thousand logs.
				!/\/logs\/\d+$/v.test(file),
		)
		.map((file) => `${file} was left in a worker's folder.`),
];

const filesIn = (folder: string): readonly string[] =>
	fs.existsSync(folder)
		? fs
				.readdirSync(folder, {recursive: true, encoding: 'utf8'})
				.map((name) => path.join(folder, name))
		: [];
