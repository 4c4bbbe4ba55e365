import vm from 'node:vm';

export type Progress = {
	/** 0 to 100. */
	readonly percent?: number;
	readonly status?: string;
	/** The job says that it failed. */
	readonly failure?: string;
};

/** Finds the newest progress in lines of output. */
export type ProgressPattern = {
	/** Whether text without this cannot hold any progress; undefined: any text may. */
	readonly needle: string | undefined;
	readonly find: (lines: readonly string[]) => Progress;
};

const alfred = /ALF_PROGRESS\s+(?<percent>\d+(?:\.\d+)?)\s*%/v;

/**
A pattern as a node gives it. One group, or the one named `percent`, is the percentage; two, or groups named `current` and `total`, are a ratio.

It comes from anyone, and some patterns take years on one line. Node has no other kind of regular expression, but its virtual machine can interrupt one: that is why it runs there, with a time limit. What passes it is put aside, and the job goes on without.

@param source empty: `ALF_PROGRESS 37%`
*/
export const createProgressPattern = (source: string): ProgressPattern => {
	if (source === '') {
		return {
			needle: 'ALF_PROGRESS',
			find(lines) {
				for (let index = lines.length - 1; index >= 0; index--) {
					const match = alfred.exec(lines[index] ?? '');
					if (match !== null) {
						return percentOf(Number(match.groups?.['percent']));
					}
				}

				return {};
			},
		};
	}

	let pattern: RegExp | undefined;
	let trouble: Progress = {};
	try {
		pattern = new RegExp(source); // eslint-disable-line require-unicode-regexp -- people's patterns are read leniently
	} catch {
		trouble = {
			status: 'The progress pattern is no regular expression, and is ignored.',
		};
	}

	return {
		needle: undefined,
		find(lines) {
			const told = trouble;
			trouble = {};
			if (pattern === undefined || lines.length === 0) {
				return told;
			}

			const found = findLast(pattern, lines);
			if (found === 'too slow') {
				pattern = undefined;
				return {
					status:
						'The progress pattern takes too long on this output, and is ignored from here on.',
				};
			}

			return found;
		},
	};
};

/** Milliseconds that a pattern may take on the lines of one look. */
const patience = 50;

let machine:
	{readonly context: vm.Context; readonly script: vm.Script} | undefined;

const findLast = (
	pattern: RegExp,
	lines: readonly string[],
): Progress | 'too slow' => {
	machine ??= {
		context: vm.createContext({pattern: undefined, lines: undefined}),
		script: new vm.Script(
			'for (let i = lines.length - 1, m; i >= 0; i--) { if ((m = pattern.exec(lines[i])) !== null) { found = m; break; } }',
		),
	};
	Object.assign(machine.context, {pattern, lines, found: undefined});
	try {
		machine.script.runInContext(machine.context, {timeout: patience});
		const {found}: {readonly found?: unknown} = machine.context;
		return Array.isArray(found) ? fromMatch(found) : {};
	} catch {
		return 'too slow';
	} finally {
		Object.assign(machine.context, {
			pattern: undefined,
			lines: undefined,
			found: undefined,
		});
	}
};

const fromMatch = (
	match: readonly unknown[] & {readonly groups?: unknown},
): Progress => {
	const {groups} = match;
	const named = new Map<string, unknown>(
		typeof groups === 'object' && groups !== null ? Object.entries(groups) : [],
	);
	const percent = named.get('percent');
	const current = named.get('current') ?? match[1];
	const total = named.get('total') ?? match[2];
	return percentOf(
		percent !== undefined || total === undefined
			? numberOf(percent ?? current)
			: (100 * numberOf(current)) / numberOf(total),
	);
};

const numberOf = (value: unknown): number =>
	typeof value === 'string' && value.trim() !== '' ? Number(value) : NaN;

export const percentOf = (value: number): Progress =>
	Number.isFinite(value) ? {percent: Math.min(100, Math.max(0, value))} : {};
