import type {Capabilities} from '../core/capabilities.js';
import type {
	Requirements,
	Resources,
	WorkerType,
} from '../core/requirements.js';
import {satisfies} from '../core/version-range.js';
import {matchesAny} from './patterns.js';

/** What a worker is and has, as far as it does not change from task to task. */
export type Offer = {
	readonly type: WorkerType;
	readonly groups: readonly string[];
	readonly capabilities: Capabilities;
	/** The environment resolver for tasks that name none. */
	readonly resolver: string;
	/** All of it, whoever holds it now. */
	readonly total: Resources;
};

const resourceNames = [
	'cpus',
	'memory_bytes',
	'gpus',
	'gpu_memory_bytes',
] as const;

/** Rounding: three cores in tenths are still three cores. */
const slack = 1e-6;

/** Why a worker could never run this, however idle it is; one phrase for each thing, none where it could. */
export const unmet = (requirements: Requirements, offer: Offer): string[] => {
	const reasons =
		requirements.worker_type === offer.type
			? []
			: [
					`is a ${offer.type} worker, a ${requirements.worker_type} one is needed`,
				];

	if (
		requirements.groups.length > 0 &&
		offer.groups.every((group) => !matchesAny(group, requirements.groups))
	) {
		reasons.push(`is in none of the groups ${requirements.groups.join(', ')}`);
	}

	for (const [name, range] of [
		...Object.entries(requirements.capabilities),
		...(offer.resolver === 'standard'
			? Object.entries(requirements.default_packages ?? {})
			: []),
	]) {
		const versions = Object.hasOwn(offer.capabilities, name)
			? (offer.capabilities[name] ?? [])
			: [];
		if (versions.length === 0) {
			reasons.push(`has no ${name}`);
		} else if (versions.every((version) => !satisfies(version, range))) {
			reasons.push(`has ${name} ${enumerated(versions)}, ${range} is needed`);
		}
	}

	for (const name of resourceNames) {
		if (requirements.minimum[name] > offer.total[name] + slack) {
			reasons.push(
				`has ${amount(name, offer.total[name])} in all, ${amount(name, requirements.minimum[name])} needed`,
			);
		}
	}

	return reasons;
};

/** Which resources are too few right now; none where it fits. */
export const shortOf = (minimum: Resources, free: Resources): string[] =>
	resourceNames
		.filter((name) => minimum[name] > free[name] + slack)
		.map(
			(name) =>
				`has ${amount(name, Math.max(0, free[name]))} free, ${amount(name, minimum[name])} needed`,
		);

export const fits = (minimum: Resources, free: Resources): boolean =>
	minimum.cpus <= free.cpus + slack &&
	minimum.memory_bytes <= free.memory_bytes + slack &&
	minimum.gpus <= free.gpus + slack &&
	minimum.gpu_memory_bytes <= free.gpu_memory_bytes + slack;

/** What to reserve: as much of the preferred as is free, never less than the minimum. */
export const reservation = (
	{minimum, preferred}: Pick<Requirements, 'minimum' | 'preferred'>,
	free: Resources,
): Resources => {
	const pick = (name: keyof Resources): number =>
		Math.max(minimum[name], Math.min(preferred[name], free[name]));
	return {
		cpus: pick('cpus'),
		memory_bytes: pick('memory_bytes'),
		gpus: pick('gpus'),
		gpu_memory_bytes: pick('gpu_memory_bytes'),
	};
};

export const plus = (a: Resources, b: Resources): Resources => ({
	cpus: a.cpus + b.cpus,
	memory_bytes: a.memory_bytes + b.memory_bytes,
	gpus: a.gpus + b.gpus,
	gpu_memory_bytes: a.gpu_memory_bytes + b.gpu_memory_bytes,
});

export const minus = (a: Resources, b: Resources): Resources => ({
	cpus: a.cpus - b.cpus,
	memory_bytes: a.memory_bytes - b.memory_bytes,
	gpus: a.gpus - b.gpus,
	gpu_memory_bytes: a.gpu_memory_bytes - b.gpu_memory_bytes,
});

/** `3.6`, `3.6 and 4.1`, `3.6, 4.0 and 4.1`; of very many only the highest. */
const enumerated = (versions: readonly string[]): string => {
	const shown = versions.slice(-mostShown);
	const last = shown.at(-1) ?? '';
	if (shown.length === 1) {
		return last;
	}

	const others = versions.length > mostShown ? ['…', ...shown] : shown;
	return `${others.slice(0, -1).join(', ')} and ${last}`;
};

const mostShown = 8;

const amount = (name: keyof Resources, value: number): string => {
	switch (name) {
		case 'cpus': {
			return `${rounded(value)} ${rounded(value) === '1' ? 'core' : 'cores'}`;
		}

		case 'memory_bytes': {
			return `${rounded(value / 2 ** 30)} GiB of memory`;
		}

		case 'gpus': {
			return `${rounded(value)} ${rounded(value) === '1' ? 'GPU' : 'GPUs'}`;
		}

		case 'gpu_memory_bytes': {
			return `${rounded(value / 2 ** 30)} GiB of GPU memory`;
		}
	}
};

const rounded = (value: number): string =>
	String(Math.round(value * 100) / 100);
