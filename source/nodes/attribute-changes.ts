import type {Attributes} from '../core/invocation.js';
import type {Json} from '../core/json.js';

/** What has to be set and deleted to make the attributes `before` those `after`. A map, since attributes may have any name. */
export const attributeChanges = (
	before: Attributes,
	after: ReadonlyMap<string, Json>,
): {readonly set: Attributes; readonly unset: readonly string[]} => ({
	set: Object.fromEntries(
		[...after].filter(
			([name, value]) => !Object.hasOwn(before, name) || before[name] !== value,
		),
	),
	unset: Object.keys(before).filter((name) => !after.has(name)),
});
