import fs from 'node:fs';

/** What a run decided, and what came of it, line by line in a file. */
export type Chronicle = {
	readonly file: string;
	readonly note: (text: string) => void;
	/** So often a fault of this kind was thrown. */
	readonly faults: ReadonlyMap<string, number>;
	readonly edits: ReadonlyMap<string, number>;
	readonly countFault: (kind: string) => void;
	readonly countEdit: (kind: string) => void;
	/** What must never happen and was seen while the farm worked. */
	readonly violations: readonly string[];
	readonly violated: (text: string) => void;
	/** Seconds since the start. */
	readonly elapsed: () => number;
};

export const createChronicle = (file: string): Chronicle => {
	const begun = performance.now();
	const faults = new Map<string, number>();
	const edits = new Map<string, number>();
	const violations: string[] = [];
	const elapsed = (): number => (performance.now() - begun) / 1000;
	const note = (text: string): void => {
		fs.appendFileSync(file, `${elapsed().toFixed(3).padStart(9)} ${text}\n`);
	};

	return {
		file,
		note,
		faults,
		edits,
		violations,
		elapsed,
		countFault(kind) {
			faults.set(kind, (faults.get(kind) ?? 0) + 1);
		},
		countEdit(kind) {
			edits.set(kind, (edits.get(kind) ?? 0) + 1);
		},
		violated(text) {
			violations.push(text);
			note(`VIOLATION ${text}`);
		},
	};
};
