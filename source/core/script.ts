import type {Attributes} from './invocation.js';

/** What a script in the sandbox asked for, as `script` nodes let it. */
export type ScriptOutcome =
	| {
			readonly kind: 'done';
			/** Attributes that were set or changed. */
			readonly set: Attributes;
			readonly unset: readonly string[];
			readonly spawn: ReadonlyArray<{
				readonly name: string;
				readonly attributes: Attributes;
			}>;
			/** Extra attributes of each element. */
			readonly split: readonly Attributes[] | undefined;
			readonly kill: boolean;
			readonly output: string | undefined;
			readonly schedule: boolean;
	  }
	/** It called `fail(message)`, threw, or ran out of time or memory. */
	| {readonly kind: 'failed'; readonly message: string};
