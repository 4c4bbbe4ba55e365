import type {JsonObject} from '../../core/json.js';
import type {Packages} from '../../core/packages.js';

export type Resolved =
	| {
			readonly kind: 'resolved';
			readonly environment: Readonly<Record<string, string>>;
			/** Put before the program and its arguments, as a wrapper such as `rez-env ... --` is. It is then the wrapper that finds the program. */
			readonly prefix: readonly string[];
	  }
	| {readonly kind: 'failed'; readonly message: string};

/** Makes the environment of a process from what the task asks for. At once: what takes time, such as rez, runs in front of the program. */
export type Resolver = (request: {
	/** The worker's own environment. */
	readonly environment: Readonly<Record<string, string>>;
	readonly arguments: JsonObject;
	/** The software that this machine is configured to offer. */
	readonly packages: Packages;
}) => Resolved;
