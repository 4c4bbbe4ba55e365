import type {PackageVersion, VariableChange} from '../../core/packages.js';

type Application = {
	readonly environment: Readonly<Record<string, string>>;
	/** In the order in which they are applied. */
	readonly packages: ReadonlyArray<Pick<PackageVersion, 'env'>>;
	readonly platform: NodeJS.Platform;
};

/** An environment with what packages do to its variables. */
export const applyPackages = ({
	environment,
	packages,
	platform,
}: Application): Record<string, string> => {
	const result: Record<string, string> = {...environment};
	const separator = platform === 'win32' ? ';' : ':';
	for (const {env} of packages) {
		for (const [variable, change] of Object.entries(env)) {
			const name = nameIn(result, variable, platform);
			result[name] = valuesAfter(result[name] ?? '', change).join(separator);
		}
	}

	return result;
};

/** What is there already stays one text, whatever is in it. */
const valuesAfter = (
	before: string,
	change: VariableChange,
): readonly string[] => {
	switch (change.kind) {
		case 'set': {
			return change.values;
		}

		case 'extend': {
			return [
				...change.prepend,
				...(before === '' ? [] : [before]),
				...change.append,
			];
		}
	}
};

/** To Windows, `Path` and `PATH` are one variable; a process that is given both may see either. */
const nameIn = (
	environment: Readonly<Record<string, string>>,
	variable: string,
	platform: NodeJS.Platform,
): string =>
	platform === 'win32' && !Object.hasOwn(environment, variable)
		? (Object.keys(environment).find(
				(name) => name.toUpperCase() === variable.toUpperCase(),
			) ?? variable)
		: variable;
