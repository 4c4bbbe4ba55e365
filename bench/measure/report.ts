import os from 'node:os';
import process from 'node:process';
import {median, quotients} from './statistics.js';

/** What the machine gives without a farm, taken in the same runs. */
export type RawLimit = {
	readonly name: string;
	readonly unit: string;
	readonly runs: readonly number[];
};

/** `of` what it is asked: of the figure, of the figure divided by the raw limit, or of what the figure has more than the raw limit. */
export type Target = {readonly of: 'figure' | 'ratio' | 'difference'} & (
	{readonly atLeast: number} | {readonly atMost: number}
);

export type Measure = {
	readonly name: string;
	readonly unit: string;
	/** One figure a run; the median counts. */
	readonly runs: readonly number[];
	readonly raw?: RawLimit;
	readonly target?: Target;
};

export type Report = {
	readonly benchmark: string;
	readonly measures: readonly Measure[];
};

/** The figures as data. */
export const toJson = ({benchmark, measures}: Report) => ({
	benchmark,
	machine: {
		cpus: os.availableParallelism(),
		platform: process.platform,
		node: process.version,
	},
	measures: measures.map((measure) => {
		const {name, unit, runs, raw, target} = measure;
		return {
			name,
			unit,
			median: rounded(median(runs)),
			runs: runs.map((run) => rounded(run)),
			...(raw && {
				raw: {
					name: raw.name,
					unit: raw.unit,
					median: rounded(median(raw.runs)),
					runs: raw.runs.map((run) => rounded(run)),
				},
				ratio: rounded(ratioOf(runs, raw)),
			}),
			...(target && {target, met: isMet(measure, target)}),
		};
	}),
});

/** The figures as one line for people. */
export const toLine = ({benchmark, measures}: Report): string =>
	`${benchmark}: ${measures.map((measure) => describe(measure)).join('; ')}`;

const describe = (measure: Measure): string => {
	const {name, unit, runs, raw, target} = measure;
	const notes = [
		...(raw
			? [
					`${raw.name} ${amount(median(raw.runs), raw.unit)}`,
					...(raw.unit === unit
						? [`ratio ${readable(ratioOf(runs, raw))}`]
						: []),
				]
			: []),
		...(target
			? [
					`target ${targetText(target, unit)}: ${isMet(measure, target) ? 'met' : 'MISSED'}`,
				]
			: []),
	];
	return `${name} ${amount(median(runs), unit)}${notes.length > 0 ? ` (${notes.join(', ')})` : ''}`;
};

const ratioOf = (runs: readonly number[], raw: RawLimit): number =>
	median(quotients(runs, raw.runs));

const isMet = ({runs, raw}: Measure, target: Target): boolean => {
	const value = judged(runs, raw, target.of);
	return 'atLeast' in target ? value >= target.atLeast : value <= target.atMost;
};

const judged = (
	runs: readonly number[],
	raw: RawLimit | undefined,
	of: Target['of'],
): number => {
	if (of === 'figure') {
		return median(runs);
	}

	if (raw === undefined) {
		throw new Error('A target that compares needs a raw limit.');
	}

	return of === 'ratio'
		? ratioOf(runs, raw)
		: median(runs.map((run, index) => run - (raw.runs[index] ?? NaN)));
};

const targetText = (target: Target, unit: string): string => {
	const text =
		'atLeast' in target
			? `at least ${readable(target.atLeast)}`
			: `at most ${readable(target.atMost)}`;
	switch (target.of) {
		case 'figure': {
			return `${text} ${unit}`;
		}

		case 'ratio': {
			return `${text} of it`;
		}

		case 'difference': {
			return `${text} ${unit} more`;
		}
	}
};

const amount = (value: number, unit: string): string =>
	`${readable(value)} ${unit}`;

const readable = (value: number): string =>
	value.toLocaleString('en', {maximumSignificantDigits: 4});

const rounded = (value: number): number => Number(value.toPrecision(6));
