import type {EnvironmentRequest} from '../core/invocation.js';
import type {Packages} from '../core/packages.js';
import {isResolverName, resolverNames} from '../core/resolver-name.js';
import type {Resolved} from './resolvers/contract.js';
import {resolvers} from './resolvers/list.js';

type Asked = {
	/** Null, or without a name: the worker's default. */
	readonly request: EnvironmentRequest | null; // eslint-disable-line @typescript-eslint/no-restricted-types -- as on the wire
	readonly fallback: EnvironmentRequest;
	/** The worker's own. */
	readonly environment: Readonly<Record<string, string>>;
	readonly packages: Packages;
};

/** Make a process's environment with the resolver that its task names. */
export const resolveEnvironment = ({
	request,
	fallback,
	environment,
	packages,
}: Asked): Resolved => {
	const name =
		request === null || request.resolver === ''
			? fallback.resolver
			: request.resolver;
	return isResolverName(name)
		? resolvers[name]({
				environment,
				packages,
				arguments: {
					...(name === fallback.resolver && fallback.arguments),
					...request?.arguments,
				},
			})
		: {
				kind: 'failed',
				message: `This worker has no environment resolver "${name}"; it has ${resolverNames.map((known) => `"${known}"`).join(', ')}.`,
			};
};
