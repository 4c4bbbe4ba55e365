import {FarmError} from '../core/errors.js';
import {requirementId, type RequirementId} from '../core/ids.js';
import type {EnvironmentRequest} from '../core/invocation.js';
import {
	packageArguments,
	standardPackageArguments,
} from '../core/package-arguments.js';
import {packageCapability} from '../core/packages.js';
import type {Requirements} from '../core/requirements.js';
import {isResolverName, resolverNames} from '../core/resolver-name.js';
import {didYouMean} from '../core/nearest.js';
import {intersection} from '../core/version-range.js';
import {environmentOf, setEnvironment, type TaskDraft} from './task-draft.js';
import type {Turn} from './turn-context.js';
import {workOf} from './work.js';

/**
Note what a task that is to run a process requires of a worker: what its node asks for, and the packages that its environment asks for.

Where the environment names the resolver "standard", a worker must have each `package.NAME` in its range as a capability. Where it names none, that is so for workers whose own default is "standard"; others make of the arguments what their default does. Any other resolver knows by itself what it can make.

@returns what is wrong with the environment, where something is
*/
export const requireFor = (
	turn: Turn,
	task: TaskDraft,
	requirements: Requirements,
): string | undefined => {
	const environment = environmentOf(task);
	const fault = environmentFault(environment);
	if (fault !== undefined) {
		return fault;
	}

	task.row.requirement_id = intern(
		turn,
		environment === undefined
			? requirements
			: withPackages(requirements, environment),
	);
	return undefined;
};

/** Change a task's environment, and what it requires with it, where it has a process to run. */
export const changeEnvironment = (
	turn: Turn,
	task: TaskDraft,
	environment: EnvironmentRequest | undefined,
): void => {
	setEnvironment(task, environment);
	const work =
		task.row.requirement_id === null ? undefined : workOf(turn, task.row.id);
	if (work !== undefined) {
		requireFor(turn, task, work.requirements);
	}
};

/**
Refuse an environment that no worker could ever make.

@throws {FarmError} `INVALID`
*/
export const checkEnvironment = (
	environment: EnvironmentRequest | null | undefined, // eslint-disable-line @typescript-eslint/no-restricted-types -- as on the wire
): void => {
	const fault = environmentFault(environment ?? undefined);
	if (fault !== undefined) {
		throw new FarmError('INVALID', fault);
	}
};

const environmentFault = (
	environment: EnvironmentRequest | undefined,
): string | undefined => {
	const name = environment?.resolver ?? '';
	if (name !== '' && !isResolverName(name)) {
		return `There is no environment resolver ${JSON.stringify(name)}${didYouMean(name, resolverNames)} There are ${resolverNames.map((known) => `"${known}"`).join(', ')}; an empty name is the worker's own.`;
	}

	if (environment?.resolver !== 'standard') {
		return undefined;
	}

	const asked = standardPackageArguments(environment.arguments);
	return asked.kind === 'fault' ? asked.message : undefined;
};

const withPackages = (
	requirements: Requirements,
	{resolver, arguments: given}: EnvironmentRequest,
): Requirements => {
	const asked = packageArguments(given);
	if (
		(resolver !== 'standard' && resolver !== '') ||
		asked.kind === 'fault' ||
		asked.ranges.size === 0
	) {
		return requirements;
	}

	const packages = Array.from(
		asked.ranges,
		([name, range]) =>
			[packageCapability(name), range === '' ? '*' : range] as const,
	);
	return resolver === ''
		? {...requirements, default_packages: sorted(packages)}
		: {
				...requirements,
				capabilities: sorted([
					...Object.entries(requirements.capabilities),
					...packages.map(
						([name, range]) =>
							[
								name,
								intersection(requirements.capabilities[name] ?? '*', range),
							] as const,
					),
				]),
			};
};

// Equal requirements must be equal as text: each is kept once.
const sorted = (
	entries: ReadonlyArray<readonly [string, string]>,
): Readonly<Record<string, string>> =>
	Object.fromEntries(
		[...new Map(entries)].toSorted(([a], [b]) => (a < b ? -1 : 1)),
	);

const intern = (
	{statements: {invocations}}: Turn,
	requirements: Requirements,
): RequirementId => {
	const json = JSON.stringify(requirements);
	return (
		invocations.requirementByJson.get(json)?.id ??
		requirementId(
			Number(invocations.insertRequirement.run(json).lastInsertRowid),
		)
	);
};
