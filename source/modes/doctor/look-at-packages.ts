import {existsSync} from 'node:fs';
import path from 'node:path';
import {loadPackages, packagesFaults} from '../../config/packages.js';
import type {PackageVersion} from '../../core/packages.js';
import {counted} from '../human.js';
import {fail, ok, warn, type Finding} from './finding.js';

/** The software that a worker of this machine offers. */
export const lookAtPackages = async (folder: string): Promise<Finding[]> => {
	const check = 'packages';
	const faults = await packagesFaults(folder);
	if (faults.length > 0) {
		return faults.map((fault) =>
			fail(check, fault, 'no worker starts on it: mend the line'),
		);
	}

	const {packages: known, file, isAbsent} = await loadPackages(folder);
	if (isAbsent) {
		return [ok(check, `there is no ${file}: the first worker writes it`)];
	}

	const missing = Object.entries(known).flatMap(([name, versions]) =>
		Object.entries(versions).flatMap(([version, {env}]) =>
			foldersIn(env)
				.filter((place) => !existsSync(place))
				.map((place) =>
					warn(
						check,
						`${name} ${version} needs ${place}, which is not there`,
						`take it out of ${file} if it is gone for good: tasks are sent here for it`,
					),
				),
		),
	);
	return missing.length > 0
		? missing
		: [
				ok(
					check,
					`${file} has ${counted(Object.keys(known).length, 'package')}`,
				),
			];
};

const foldersIn = (env: PackageVersion['env']): string[] =>
	Object.values(env).flatMap((change) =>
		change.kind === 'extend'
			? [...change.prepend, ...change.append].filter((place) =>
					path.isAbsolute(place),
				)
			: [],
	);
