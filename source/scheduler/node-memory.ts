import type {NodeId} from '../core/ids.js';
import type {Json} from '../core/json.js';
import type {NodeMemory} from '../nodes/contract.js';
import type {Turn} from './turn-context.js';

/** A node's memory for one call of its `process`. Writes are held back until `commit`, so that a call that throws, or whose result is refused, has written nothing. */
export const createNodeMemory = ({desk, statements}: Turn, node: NodeId) => {
	/** Most nodes remember nothing. */
	let writes: Map<string, string | undefined> | undefined;

	const stored = (key: string): string | undefined => {
		if (writes?.has(key)) {
			return writes.get(key);
		}

		const onDesk = desk.memoryOf(node);
		return onDesk.has(key)
			? onDesk.get(key)
			: statements.nodes.memory.get(node, key)?.value;
	};

	const memory: NodeMemory = {
		get(key) {
			const text = stored(key);

			return text === undefined ? undefined : (JSON.parse(text) as Json);
		},
		set(key, value) {
			writes ??= new Map();
			writes.set(key, JSON.stringify(value));
		},
		delete(key) {
			writes ??= new Map();
			writes.set(key, undefined);
		},
		keys(prefix) {
			const found = new Set(
				statements.nodes.memoryKeys
					.all(node, prefix, `${prefix}\u{10FFFF}`)
					.map(({key}) => key),
			);
			for (const source of [desk.memoryOf(node), writes ?? []]) {
				for (const [key, value] of source) {
					if (value === undefined) {
						found.delete(key);
					} else if (key.startsWith(prefix)) {
						found.add(key);
					}
				}
			}

			return [...found].toSorted();
		},
	};
	return {
		memory,
		commit(): void {
			if (writes === undefined) {
				return;
			}

			const onDesk = desk.memoryOf(node);
			for (const [key, value] of writes) {
				desk.touch();
				onDesk.set(key, value);
			}
		},
	};
};
