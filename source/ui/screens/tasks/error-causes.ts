import type {AnswerTo} from '../../farm.js';

type Task = Pick<
	AnswerTo<'task.list'>['tasks'][number],
	'id' | 'node' | 'state_details'
>;

/** Errors that are the same but for numbers, paths and hosts. */
export type ErrorCause = {
	/** What they have in common, with `…` for what differs. */
	readonly pattern: string;
	/** One of the messages, whole. */
	readonly example: string;
	readonly reason: string;
	readonly ids: readonly number[];
	readonly nodes: readonly string[];
	/** Where they ran. */
	readonly workers: readonly string[];
	/** The machines of those that are known. */
	readonly hosts: readonly string[];
};

/** Group tasks in error by cause, the most frequent first. On which worker or host it was makes no other cause. */
export const errorCauses = (
	tasks: readonly Task[],
	fleet: ReadonlyArray<{readonly name: string; readonly host: string}>,
): readonly ErrorCause[] => {
	const hosts = new Map(fleet.map(({name, host}) => [name, host]));
	const known = fleet
		.flatMap(({name, host}) => [name, host])
		.filter((name) => name !== '')
		.toSorted((a, b) => b.length - a.length);
	const causes = new Map<
		string,
		{
			pattern: string;
			example: string;
			reason: string;
			ids: number[];
			nodes: Set<string>;
			workers: Set<string>;
		}
	>();
	for (const {id, node, state_details: details} of tasks) {
		const message = details?.message ?? '';
		const reason = details?.reason ?? '';
		const pattern = patternOf(message, known);
		const key = `${reason} ${pattern}`;
		const cause = causes.get(key) ?? {
			pattern,
			example: message,
			reason,
			ids: [],
			nodes: new Set<string>(),
			workers: new Set<string>(),
		};
		causes.set(key, cause);
		cause.ids.push(id);
		cause.nodes.add(node);
		const worker = details?.['worker'];
		if (typeof worker === 'string') {
			cause.workers.add(worker);
		}
	}

	return causes
		.values()
		.map(({nodes, workers, ...cause}) => ({
			...cause,
			nodes: [...nodes].toSorted((a, b) => a.localeCompare(b)),
			workers: [...workers].toSorted((a, b) => a.localeCompare(b)),
			hosts: [...new Set([...workers].map((name) => hosts.get(name) ?? name))],
		}))
		.toArray()
		.toSorted((a, b) => b.ids.length - a.ids.length);
};

/** The message without what differs from one task to the next. */
const patternOf = (message: string, names: readonly string[]): string => {
	let pattern = message;
	for (const name of names) {
		pattern = pattern.replaceAll(name, '…');
	}

	return pattern
		.replaceAll(/(?:[A-Za-z]:\\|\\\\|~?\/)[^\s"',:;]*[^\s"',.:;]/gv, '…')
		.replaceAll(/\b(?:\d{1,3}\.){3}\d{1,3}(?::\d+)?\b/gv, '…')
		.replaceAll(/\b0x[\da-f]+\b/giv, '…')
		.replaceAll(/\b[\da-f]{8,}(?:-[\da-f]+)*\b/giv, '…')
		.replaceAll(/(?<!exit code |\d)\d+(?:\.\d+)?/gv, '…')
		.replaceAll(/(?:…[\s,\-.:]*){2,}/gv, '… ')
		.trim();
};
