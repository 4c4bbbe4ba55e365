import {systemClock, type Clock} from '../core/clock.js';
import type {Json} from '../core/json.js';
import type {ScriptOutcome} from '../core/script.js';
import {
	createEngine,
	outOfMemory,
	type Allowance,
	type Answer,
	type Call,
} from './engine.js';
import {loadProgram} from './program.js';
import {
	encodeScope,
	partsSeenBy,
	scopeParts,
	type Scope,
	type ScopePart,
} from './scope.js';
import {createThreads} from './threads.js';

export type {Scope} from './scope.js';

/** What an expression came to. A message is short, and for people. */
export type Evaluation =
	| {readonly kind: 'value'; readonly value: Json}
	| {readonly kind: 'failed'; readonly message: string};

/** Runs JavaScript that is not ours: expressions, and the scripts of `script` nodes. It reaches nothing but what the scope holds, and carries nothing from one task to the next. */
export type Sandbox = {
	/**
	Evaluates at once, on this thread, for at most about `inlineBudgetMs` in all.

	@returns one evaluation for each expression; or `slow`, where they may take longer than that: they are for `evaluateLater`. Where that happens again, they are `slow` for a minute without being tried.
	*/
	readonly evaluate: (
		expressions: readonly string[],
		scope: () => Scope,
	) => readonly Evaluation[] | 'slow';
	/** Evaluates on another thread, with the full limits for each expression. Rejects with `CLOSED` if the sandbox stops meanwhile. */
	readonly evaluateLater: (
		expressions: readonly string[],
		scope: Scope,
	) => Promise<readonly Evaluation[]>;
	/** Reads an expression without running it: what is wrong with it, and where; undefined where nothing is, or where that takes too long to say. */
	readonly check: (expression: string) => string | undefined;
	/** As `evaluate`, for a script. */
	readonly runScript: (
		source: string,
		scope: () => Scope,
	) => ScriptOutcome | 'slow';
	/** As `evaluateLater`, for a script. */
	readonly runScriptLater: (
		source: string,
		scope: Scope,
	) => Promise<ScriptOutcome>;
	readonly stop: () => Promise<void>;
};

export type SandboxOptions = {
	/** Processor time of one expression or script. */
	readonly timeLimitMs?: number;
	readonly memoryLimitBytes?: number;
	/** What `evaluate` and `runScript` may take on the calling thread. */
	readonly inlineBudgetMs?: number;
	/** How many others to use. */
	readonly threads?: number;
	readonly clock?: Clock;
};

export const createSandbox = async ({
	timeLimitMs = 100,
	memoryLimitBytes = 32 * 2 ** 20,
	inlineBudgetMs = 2,
	threads: threadCount = 1,
	clock = systemClock,
}: SandboxOptions = {}): Promise<Sandbox> => {
	const program = await loadProgram();
	const engine = await createEngine({
		program,
		memoryLimitBytes: Math.min(memoryLimitBytes, inlineMemoryBytes),
		mostCharacters: mostInlineCharacters,
	});
	const threads = createThreads(
		{
			program,
			timeLimitMs,
			memoryLimitBytes,
			mostCharacters: mostResultCharacters,
		},
		threadCount,
	);
	const slow = createSlowSources(clock);
	const works = createWorks();
	const fuel = inlineBudgetMs * fuelOfMillisecond;
	const inline: Allowance = {
		fuel,
		readingFuel: 4 * fuel,
		// QuickJS asks once in about 220,000 units. What has used half by then will not end soon.
		goOn: (left) => (left > fuel / 2 ? left : 0),
	};
	const messages = messagesOf({timeLimitMs, memoryLimitBytes});

	const attempt = (
		work: Work,
		sources: readonly string[],
		scope: () => Scope,
	): Answer | 'slow' => {
		if (work.isLong || slow.has(work.key)) {
			return 'slow';
		}

		const encoded =
			work.parts.size === 0 ? emptyScope : encodeScope(scope(), work.parts);
		if (encoded.text.length > mostInlineCharacters) {
			return 'slow';
		}

		const answer = engine.call(
			{kind: work.kind, sources, scope: encoded},
			inline,
		);
		if (answer.kind === 'stopped' || answer.kind === 'exhausted') {
			slow.add(work.key);
			return 'slow';
		}

		return answer;
	};

	const later = async (
		work: Work,
		sources: readonly string[],
		scope: Scope,
	): Promise<readonly Answer[]> => {
		const call: Call = {
			kind: work.kind,
			sources,
			scope: encodeScope(scope, work.parts),
		};
		const answer = await threads.call(work.key, call);
		if ('death' in answer) {
			const {death} = answer;
			return sources.map(() =>
				death === undefined
					? {kind: 'stopped'}
					: {
							kind: 'exhausted',
							message: `ended the thread it ran on: ${death}`,
						},
			);
		}

		if (answer.longestMs < inlineBudgetMs / 4) {
			slow.delete(work.key);
		}

		return answer.answers;
	};

	const evaluate: Sandbox['evaluate'] = (expressions, scope) => {
		const answer = attempt(
			works.ofExpressions(expressions),
			expressions,
			scope,
		);
		if (answer === 'slow') {
			return answer;
		}

		if (answer.kind === 'text') {
			return evaluationsOf(answer.text, expressions);
		}

		// One does not parse; the others may be well.
		const evaluations: Evaluation[] = [];
		for (const expression of expressions) {
			const one = attempt(
				works.ofExpressions([expression]),
				[expression],
				scope,
			);
			if (one === 'slow') {
				return one;
			}

			evaluations.push(evaluationOf(one, expression, messages));
		}

		return evaluations;
	};

	return {
		evaluate,
		async evaluateLater(expressions, scope) {
			const answers = await later(
				works.ofExpressions(expressions),
				expressions,
				scope,
			);
			return answers.map((answer, index) =>
				evaluationOf(answer, expressions[index] ?? '', messages),
			);
		},
		check(expression) {
			if (expression.trim() === '') {
				return 'it is empty';
			}

			if (expression.length > mostInlineCharacters) {
				return undefined;
			}

			const answer = engine.call(
				{kind: 'check', sources: [expression], scope: emptyScope},
				inline,
			);
			return answer.kind === 'refused' ? syntaxFault(answer) : undefined;
		},
		runScript(source, scope) {
			const answer = attempt(works.ofScript(source), [source], scope);
			return answer === 'slow' ? answer : scriptOutcomeOf(answer, messages);
		},
		async runScriptLater(source, scope) {
			const [answer = {kind: 'stopped'}] = await later(
				works.ofScript(source),
				[source],
				scope,
			);
			return scriptOutcomeOf(answer, messages);
		},
		async stop() {
			await threads.stop();
		},
	};
};

/** A script or a list of expressions, with what is known of it from its text. */
type Work = {
	readonly kind: Call['kind'];
	readonly key: string;
	readonly parts: ReadonlySet<ScopePart>;
	readonly isLong: boolean;
};

/** Measured: 2 to 4 ns a unit, and 15 at most. A garbage collection, which comes once in some thousand calls, takes 350,000. */
const fuelOfMillisecond = 300_000;
/** Reading a scope, a source or a result larger than this takes more than the budget. */
const mostInlineCharacters = 20_000;
/** More is `slow`: the first touch of a MiB takes a millisecond. */
const inlineMemoryBytes = 8 * 2 ** 20;
/** Half of what fits in a line on the wire. */
const mostResultCharacters = 4 * 2 ** 20;

const emptyScope = {text: '{}', expressions: []};
const allParts: ReadonlySet<ScopePart> = new Set(scopeParts);

const createWorks = (): {
	readonly ofExpressions: (sources: readonly string[]) => Work;
	readonly ofScript: (source: string) => Work;
} => {
	// A node's list of expressions is one and the same for all of its tasks.
	const ofLists = new WeakMap<readonly string[], Work>();
	return {
		ofExpressions(sources) {
			const known = ofLists.get(sources);
			if (known !== undefined) {
				return known;
			}

			const key = JSON.stringify(sources);
			const work: Work = {
				kind: 'evaluate',
				key,
				isLong: key.length > mostInlineCharacters,
				parts: new Set(sources.flatMap((source) => [...partsSeenBy(source)])),
			};
			ofLists.set(sources, work);
			return work;
		},
		ofScript: (source) => ({
			kind: 'script',
			key: source,
			isLong: source.length > mostInlineCharacters,
			parts: allParts,
		}),
	};
};

/** Remembers what took long twice within a minute, for a minute. Twice, because a garbage collection may hit anyone. Knows the last thousand. */
const createSlowSources = (
	clock: Clock,
): {
	readonly has: (key: string) => boolean;
	readonly add: (key: string) => void;
	readonly delete: (key: string) => void;
} => {
	const known = new Map<
		string,
		{readonly times: number; readonly until: number}
	>();
	const get = (
		key: string,
	): {readonly times: number; readonly until: number} => {
		const found = known.get(key);
		return found !== undefined && clock.monotonic() < found.until
			? found
			: {times: 0, until: 0};
	};

	return {
		has: (key) => get(key).times > 1,
		add(key) {
			const {times} = get(key);
			known.delete(key);
			known.set(key, {times: times + 1, until: clock.monotonic() + 60_000});
			for (const oldest of known.keys()) {
				if (known.size <= 1000) {
					return;
				}

				known.delete(oldest);
			}
		},
		delete(key) {
			known.delete(key);
		},
	};
};

type Messages = {readonly tooLong: string; readonly tooMuch: string};

const messagesOf = ({
	timeLimitMs,
	memoryLimitBytes,
}: {
	readonly timeLimitMs: number;
	readonly memoryLimitBytes: number;
}): Messages => ({
	tooLong: `took longer than ${timeLimitMs} ms`,
	tooMuch: `used more than ${Math.round(memoryLimitBytes / 2 ** 20)} MiB of memory`,
});

/** What prelude.ts writes for each expression. */
type Entry = readonly [Json] | string | {readonly is: string};

const evaluationsOf = (
	text: string,
	expressions: readonly string[],
): readonly Evaluation[] => {
	const entries: readonly Entry[] = JSON.parse(text); // eslint-disable-line @typescript-eslint/no-unsafe-assignment -- written by prelude.ts
	return entries.map((entry, index) => {
		if (typeof entry === 'string') {
			return {kind: 'failed', message: entry};
		}

		return 'is' in entry
			? {
					kind: 'failed',
					message: `${shortened(expressions[index] ?? '')} is ${entry.is}`,
				}
			: {kind: 'value', value: entry[0]};
	});
};

const evaluationOf = (
	answer: Answer,
	expression: string,
	messages: Messages,
): Evaluation =>
	answer.kind === 'text'
		? (evaluationsOf(answer.text, [expression])[0] ?? {
				kind: 'failed',
				message: messages.tooLong,
			})
		: {kind: 'failed', message: failureOf(answer, messages)};

const scriptOutcomeOf = (answer: Answer, messages: Messages): ScriptOutcome => {
	if (answer.kind !== 'text') {
		const failure = failureOf(answer, messages);
		return {
			kind: 'failed',
			message:
				answer.kind === 'refused'
					? `The script cannot be read: ${failure}`
					: `The script ${failure}`,
		};
	}

	const outcome: ScriptOutcome = JSON.parse(answer.text); // eslint-disable-line @typescript-eslint/no-unsafe-assignment -- written by prelude.ts
	return outcome.kind === 'failed'
		? outcome
		: {...outcome, split: outcome.split, output: outcome.output};
};

const failureOf = (
	answer: Exclude<Answer, {kind: 'text'}>,
	messages: Messages,
): string => {
	switch (answer.kind) {
		case 'refused': {
			return answer.message;
		}

		case 'stopped': {
			return messages.tooLong;
		}

		case 'exhausted': {
			return answer.message === outOfMemory ? messages.tooMuch : answer.message;
		}
	}
};

/** QuickJS says what it expects of programs. */
const syntaxFault = ({
	message,
	place,
}: Answer & {readonly kind: 'refused'}): string => {
	const plain = message.replace(/ \(line \d+\)$/v, '');
	const words = plain.endsWith(": ''")
		? 'it ends where more must follow'
		: plain === "expecting ';'"
			? 'it should have ended here, or go on with an operator'
			: plain;
	return place === undefined
		? words
		: `${words} (line ${place.line}, column ${place.column})`;
};

const shortened = (source: string): string => {
	const line = source.trim().replaceAll(/\s+/gv, ' ');
	return line.length > 60 ? `${line.slice(0, 59)}…` : line;
};
