import type {Resolver} from './contract.js';

/** The worker's environment, plus the arguments as variables. */
export const trivial: Resolver = ({environment, arguments: variables}) => {
	const result: Record<string, string> = {...environment};
	for (const [name, value] of Object.entries(variables)) {
		if (!/^[^\0=]+$/v.test(name)) {
			return {
				kind: 'failed',
				message: `The argument ${JSON.stringify(name)} of the environment resolver "trivial" cannot be the name of a variable.`,
			};
		}

		const text = typeof value === 'string' ? value : JSON.stringify(value);
		if (text.includes('\0')) {
			return {
				kind: 'failed',
				message: `The argument ${JSON.stringify(name)} of the environment resolver "trivial" has a zero byte in it, which no variable can hold.`,
			};
		}

		result[name] = text;
	}

	return {kind: 'resolved', environment: result, prefix: []};
};
