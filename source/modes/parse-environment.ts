import {FarmError} from '../core/errors.js';
import type {EnvironmentRequest} from '../core/invocation.js';
import {parsePackage} from './parse-package.js';
import {echo} from './echo.js';

/**
What `--resolver NAME` and `--package NAME=RANGE ...` ask for; undefined where neither was given. Packages without a resolver mean the standard one, which reads them as `package.NAME`.

@throws FarmError `INVALID` for a package without a name or a range.
*/
export const parseEnvironment = ({
	resolver,
	packages,
}: {
	readonly resolver: string | undefined;
	readonly packages: readonly string[];
}): EnvironmentRequest | undefined => {
	if (resolver === undefined && packages.length === 0) {
		return undefined;
	}

	return {
		resolver: resolver ?? 'standard',
		arguments: Object.fromEntries(
			packages.map((text) => {
				const parsed = parsePackage(text);
				if (parsed === undefined) {
					throw new FarmError(
						'INVALID',
						`--package ${echo(text)} cannot be read: write NAME for any version, or NAME=RANGE as in blender=~3.4.`,
					);
				}

				return [`package.${parsed.name}`, parsed.range];
			}),
		),
	};
};
