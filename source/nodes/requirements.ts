import type {InvocationRequest} from '../core/invocation.js';
import {
	workerTypes,
	type Requirements,
	type Resources,
} from '../core/requirements.js';
import {fault, ok, type Parsed} from '../graph/parsed.js';
import {parsePatterns} from '../graph/patterns.js';
import {intersection, isVersionRange} from '../core/version-range.js';
import type {ParameterSchemas, ParameterValues} from './parameters.js';

/** The parameters of every node that can run an invocation: where it may run, how often it is tried, and for how long. Spread them into the node's own. */
export const requirementParameters = {
	priority_adjustment: {
		type: 'float',
		label: 'Priority adjustment',
		default: 0,
		description: "Added to the priority of the task's group.",
	},
	cpus: {
		type: 'float',
		label: 'CPU cores',
		default: 1,
		min: 0,
		description: 'The least that is reserved; may be a fraction.',
	},
	cpus_preferred: {
		type: 'float',
		label: 'CPU cores, preferred',
		default: 0,
		min: 0,
		description:
			'Reserved where they are free; below the minimum: the minimum.',
	},
	memory_gb: {
		type: 'float',
		label: 'Memory, GiB',
		default: 0.5,
		min: 0,
		description:
			'The least that is reserved. Where it is set, a process may not use more than what was reserved for it, as far as its worker holds such limits; left at the default, it may. 0: nothing is reserved, and nothing held.',
	},
	memory_gb_preferred: {
		type: 'float',
		label: 'Memory, GiB, preferred',
		default: 0,
		min: 0,
	},
	gpus: {
		type: 'float',
		label: 'GPUs',
		default: 0,
		min: 0,
		description: 'May be a fraction.',
	},
	gpus_preferred: {type: 'float', label: 'GPUs, preferred', default: 0, min: 0},
	gpu_memory_gb: {type: 'float', label: 'GPU memory, GiB', default: 0, min: 0},
	gpu_memory_gb_preferred: {
		type: 'float',
		label: 'GPU memory, GiB, preferred',
		default: 0,
		min: 0,
	},
	worker_groups: {
		type: 'string',
		label: 'Worker groups',
		default: '',
		description:
			'Glob patterns, by comma or space; a worker must be in a group that matches any of them. Empty: any worker.',
	},
	worker_type: {
		type: 'enum',
		label: 'Worker type',
		default: 'standard',
		options: workerTypes,
	},
	capabilities: {
		type: 'string',
		label: 'Capabilities',
		default: '',
		description:
			'What a worker must have, with versions: package.blender ~=3.4, gpu-driver >=550',
	},
	limits: {
		type: 'string',
		label: 'Limits',
		default: '',
		description:
			'Farm-wide limits that are held while it runs, with how many of each: houdini-engine:1 nuke:2',
	},
	attempts: {
		type: 'int',
		label: 'Attempts',
		default: 0,
		min: 0,
		description: "0: the farm's.",
	},
	time_limit_minutes: {
		type: 'float',
		label: 'Time limit, minutes',
		default: 0,
		min: 0,
		description: '0: none.',
	},
	silence_limit_minutes: {
		type: 'float',
		label: 'Silence limit, minutes',
		default: 0,
		min: 0,
		description:
			'It is ended when it has written nothing for so long. 0: none.',
	},
} as const satisfies ParameterSchemas;

/** Which exit codes mean that it went well, and which that it should be tried again. Any other is an error. */
export const exitCodeParameters = {
	good_exit_codes: {
		type: 'string',
		label: 'Good exit codes',
		default: '0',
		description: 'Numbers and ranges: 0 3-5',
	},
	retry_exit_codes: {
		type: 'string',
		label: 'Retry exit codes',
		default: '',
		description: 'With these it is run again, until the attempts are used up.',
	},
} as const satisfies ParameterSchemas;

type Values = ParameterValues<typeof requirementParameters>;

/** What the requirement parameters say, in the terms of an invocation: bytes and seconds. */
export type Terms = Pick<
	InvocationRequest,
	'requirements' | 'attempts' | 'priority_adjustment'
> & {
	readonly limits: Pick<
		InvocationRequest['process'],
		'time_limit_s' | 'silence_limit_s' | 'memory_is_limit'
	>;
};

export const termsOf = (values: Values): Parsed<Terms> => {
	const groups = parseWorkerGroups(values.worker_groups);
	if (groups.kind === 'fault') {
		return groups;
	}

	const capabilities = parseCapabilities(values.capabilities);
	if (capabilities.kind === 'fault') {
		return capabilities;
	}

	const limits = parseLimits(values.limits);
	if (limits.kind === 'fault') {
		return limits;
	}

	return ok({
		requirements: {
			...resourcesOf(values),
			groups: groups.value,
			worker_type: values.worker_type,
			capabilities: capabilities.value,
			limits: limits.value,
		},
		attempts: values.attempts,
		priority_adjustment: values.priority_adjustment,
		limits: {
			time_limit_s: values.time_limit_minutes * 60,
			silence_limit_s: values.silence_limit_minutes * 60,
			// What nobody has thought about must not end anybody's process.
			...(values.memory_gb === requirementParameters.memory_gb.default &&
				values.memory_gb_preferred === 0 && {memory_is_limit: false}),
		},
	});
};

const gibibyte = 2 ** 30;

const resourcesOf = (
	values: Values,
): {readonly minimum: Resources; readonly preferred: Resources} => {
	const minimum: Resources = {
		cpus: values.cpus,
		memory_bytes: Math.round(values.memory_gb * gibibyte),
		gpus: values.gpus,
		gpu_memory_bytes: Math.round(values.gpu_memory_gb * gibibyte),
	};
	return {
		minimum,
		preferred: {
			cpus: Math.max(minimum.cpus, values.cpus_preferred),
			memory_bytes: Math.max(
				minimum.memory_bytes,
				Math.round(values.memory_gb_preferred * gibibyte),
			),
			gpus: Math.max(minimum.gpus, values.gpus_preferred),
			gpu_memory_bytes: Math.max(
				minimum.gpu_memory_bytes,
				Math.round(values.gpu_memory_gb_preferred * gibibyte),
			),
		},
	};
};

/** `gpu*, render "big ones"`: glob patterns by comma or space. */
export const parseWorkerGroups = (
	text: string,
): Parsed<Requirements['groups']> => {
	const patterns = parsePatterns(text.replaceAll(',', ' '));
	if (patterns.kind === 'fault') {
		return fault(`worker_groups cannot be read: ${patterns.message}.`);
	}

	const {include, exclude} = patterns.value;
	if (exclude[0] !== undefined) {
		return fault(
			`worker_groups has ^${exclude[0]}, but groups cannot be excluded there: name those that may run it.`,
		);
	}

	return include.includes('')
		? fault('worker_groups has "", but every group has a name: take it out.')
		: ok([...new Set(include)].toSorted());
};

/** `blender ~=3.4, gpu-driver >=550`: names with version ranges, by comma; a name alone asks for any version. */
export const parseCapabilities = (
	text: string,
): Parsed<Requirements['capabilities']> => {
	const ranges = new Map<string, string>();
	let last: string | undefined;
	for (const item of text.split(',')) {
		const part = item.trim();
		if (part === '') {
			continue;
		}

		const name = /^[A-Z_a-z][\w\-.]*/v.exec(part)?.[0];
		if (name !== undefined) {
			const range = part.slice(name.length).trim();
			ranges.set(name, joined(ranges.get(name), range));
			last = name;
		} else if (last !== undefined && /^[\d!<=>^~]/v.test(part)) {
			// A range may have a comma itself: `houdini >=19.5, <21`.
			ranges.set(last, joined(ranges.get(last), part));
		} else {
			return fault(
				`capabilities has ${JSON.stringify(part)}, but each is a name with a version range, such as: blender ~=3.4, gpu-driver >=550`,
			);
		}
	}

	for (const [name, range] of ranges) {
		if (!isVersionRange(range)) {
			return fault(
				`capabilities asks for ${name} ${range}, but ${JSON.stringify(range)} is no version range; write it like ~=3.4, >=550 or 20.0, with commas between capabilities.`,
			);
		}
	}

	return ok(sorted(ranges));
};

const joined = (before: string | undefined, range: string): string =>
	intersection(before ?? '*', range === '' ? '*' : range);

/** `houdini-engine:1 nuke:2`: names with counts by space or comma; a name alone is one. */
export const parseLimits = (text: string): Parsed<Requirements['limits']> => {
	const counts = new Map<string, number>();
	for (const part of text.split(/[\s,]+/v)) {
		if (part === '') {
			continue;
		}

		const {name, count = '1'} =
			/^(?<name>[^:]+)(?::(?<count>[1-9]\d{0,8}))?$/v.exec(part)?.groups ?? {};
		if (name === undefined) {
			return fault(
				`limits has ${JSON.stringify(part)}, but each is a name and a whole number from 1, such as: houdini-engine:1 nuke:2`,
			);
		}

		if (counts.has(name)) {
			return fault(
				`limits names ${name} twice; name it once, with the number that is needed in all.`,
			);
		}

		counts.set(name, Number(count));
	}

	return ok(sorted(counts));
};

// Equal requirements must be equal as text: the scheduler keeps each once.
const sorted = <T>(
	entries: ReadonlyMap<string, T>,
): Readonly<Record<string, T>> =>
	Object.fromEntries([...entries].toSorted(([a], [b]) => (a < b ? -1 : 1)));

const highestExitCode = 255;

/** What the exit code parameters say. */
export const exitCodesOf = ({
	good_exit_codes: goodText,
	retry_exit_codes: retryText,
}: ParameterValues<typeof exitCodeParameters>): Parsed<
	Pick<InvocationRequest['process'], 'good_exit_codes' | 'retry_exit_codes'>
> => {
	const good = parseExitCodes(goodText);
	if (good.kind === 'fault') {
		return fault(`good_exit_codes ${good.message}`);
	}

	if (good.value.length === 0) {
		return fault(
			'good_exit_codes is empty, so that no end would ever be a good one; the usual is 0.',
		);
	}

	const retry = parseExitCodes(retryText);
	if (retry.kind === 'fault') {
		return fault(`retry_exit_codes ${retry.message}`);
	}

	const both = good.value.find((code) => retry.value.includes(code));
	return both === undefined
		? ok({good_exit_codes: good.value, retry_exit_codes: retry.value})
		: fault(
				`The exit code ${both} is both in good_exit_codes and in retry_exit_codes; it can only be one.`,
			);
};

/** `0 3-5`: numbers and ranges by space or comma, from 0 to 255. */
const parseExitCodes = (text: string): Parsed<readonly number[]> => {
	const codes = new Set<number>();
	for (const part of text.split(/[\s,]+/v)) {
		if (part === '') {
			continue;
		}

		const {from, to = from} =
			/^(?<from>\d{1,3})(?:-(?<to>\d{1,3}))?$/v.exec(part)?.groups ?? {};
		const [first, last] = [Number(from), Number(to)];
		if (!(first <= last && last <= highestExitCode)) {
			return fault(
				`has ${JSON.stringify(part)}, but exit codes are numbers from 0 to ${highestExitCode} and ranges of them, such as: 0 3-5`,
			);
		}

		for (let code = first; code <= last; code++) {
			codes.add(code);
		}
	}

	return ok([...codes].toSorted((a, b) => a - b));
};
