import {z} from 'zod';
import {packageArguments} from '../../core/package-arguments.js';
import type {Json} from '../../core/json.js';
import {findProgram} from '../find-program.js';
import type {Resolver} from './contract.js';

/**
Rez makes the environment: the process runs through `rez-env REQUESTS -- PROGRAM ...`, and it is rez that finds the program. `requests` are rez requests as they are; `package.NAME = RANGE` becomes one, the range being rez's own. Where nothing is asked for, rez is left out.
*/
export const rez: Resolver = ({environment, arguments: given}) => {
	const asked = requestsOf(given);
	if (asked.kind === 'fault') {
		return {kind: 'failed', message: asked.message};
	}

	if (asked.requests.length === 0) {
		return {kind: 'resolved', environment, prefix: []};
	}

	const found = findProgram({
		program: 'rez-env',
		// Absolute, so that a relative entry of PATH means the same for every process.
		cwd: '/',
		searchPath: environment['PATH'],
	});
	return found.kind === 'missing'
		? {
				kind: 'failed',
				message: `The environment resolver "rez" runs processes through rez-env. ${found.message}`,
			}
		: {
				kind: 'resolved',
				environment,
				prefix: [found.file, ...asked.requests, '--'],
			};
};

type Requests =
	| {readonly kind: 'asked'; readonly requests: readonly string[]}
	| {readonly kind: 'fault'; readonly message: string};

const requestsOf = (given: Readonly<Record<string, Json>>): Requests => {
	const asked = packageArguments(given);
	if (asked.kind === 'fault') {
		return asked;
	}

	const unknown = asked.others.find((name) => name !== 'requests');
	if (unknown !== undefined) {
		return fault(
			`The environment resolver "rez" knows no argument "${unknown}". It takes package.NAME with a range of rez, and requests.`,
		);
	}

	const listed = z
		.array(z.string())
		.safeParse(Object.hasOwn(given, 'requests') ? given['requests'] : []);
	if (!listed.success) {
		return fault(
			'The argument "requests" of the environment resolver "rez" must be a list of requests in quotes, as in ["maya-2024", "arnold"].',
		);
	}

	const requests = [...listed.data];
	for (const [name, range] of asked.ranges) {
		if (/^(?:[\^~]|=(?!=))/v.test(range)) {
			return fault(
				`The argument "package.${name}" is ${JSON.stringify(range)}, but the environment resolver "rez" takes ranges of rez, which have no ${range.slice(0, 1)}; write 3.4, 3.4+<4, >=3.4 or ==3.4.1.`,
			);
		}

		requests.push(requestFor(name, range));
	}

	const wrong = requests.find((request) => !/^[\w!~][^\s\0]*$/v.test(request));
	return wrong === undefined
		? {kind: 'asked', requests}
		: fault(
				`The environment resolver "rez" is asked for ${JSON.stringify(wrong)}, which is no request of rez: write it like maya-2024.`,
			);
};

const requestFor = (name: string, range: string): string =>
	range === '' || range === '*'
		? name
		: /^[<=>]/v.test(range)
			? `${name}${range}`
			: `${name}-${range}`;

const fault = (message: string): Requests => ({kind: 'fault', message});
