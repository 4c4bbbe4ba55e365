import process from 'node:process';
import {standardPackageArguments} from '../../core/package-arguments.js';
import {didYouMean} from '../../core/nearest.js';
import {applyPackages} from './apply-packages.js';
import {choosePackages} from './choose-packages.js';
import type {Resolver} from './contract.js';

/**
The worker's environment with the packages that are asked for: of each `package.NAME = RANGE` the highest version that this machine has in the range. `user` is who the process takes itself to run for.
*/
export const standard: Resolver = ({
	environment,
	arguments: given,
	packages,
}) => {
	const asked = standardPackageArguments(given);
	if (asked.kind === 'fault') {
		return {kind: 'failed', message: asked.message};
	}

	const unknown = asked.others.find((name) => name !== 'user');
	if (unknown !== undefined) {
		return {
			kind: 'failed',
			message: `The environment resolver "standard" knows no argument "${unknown}"${didYouMean(unknown, ['user', ...Object.keys(packages).map((name) => `package.${name}`)])} It takes package.NAME with a version range, and user.`,
		};
	}

	const user = Object.hasOwn(given, 'user') ? given['user'] : undefined;
	if (
		user !== undefined &&
		(typeof user !== 'string' || !isPossibleName(user))
	) {
		return {
			kind: 'failed',
			message: `The argument "user" of the environment resolver "standard" is ${JSON.stringify(user)}, but it must be a name in quotes.`,
		};
	}

	const choice = choosePackages(packages, asked.ranges);
	return choice.kind === 'failed'
		? choice
		: {
				kind: 'resolved',
				environment: {
					...applyPackages({
						environment,
						packages: choice.packages,
						platform: process.platform,
					}),
					...(user !== undefined && {
						USER: user,
						LOGNAME: user,
						USERNAME: user,
					}),
				},
				prefix: [],
			};
};

const isPossibleName = (text: string): boolean =>
	text !== '' && !text.includes('\0');
