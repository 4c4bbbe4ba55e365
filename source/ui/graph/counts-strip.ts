import type {TaskState} from '../../core/task-state.js';
import {countKinds, type CountKind, type Glyphs} from './glyphs.js';
import type {GraphNode} from './graph.js';
import type {GraphStyle} from './graph-style.js';

/** A piece of the strip: a glyph and a number. */
export type Count = {
	readonly kind: CountKind;
	readonly count: number;
};

const kinds: Readonly<Record<Exclude<TaskState, 'dead'>, CountKind>> = {
	waiting: 'waiting',
	generating: 'running',
	waiting_blocked: 'blocked',
	ready: 'ready',
	invoking: 'running',
	in_progress: 'running',
	post_waiting: 'waiting',
	post_generating: 'running',
	post_waiting_blocked: 'blocked',
	done: 'done',
	spawned: 'waiting',
	splitted: 'split',
	error: 'error',
};

/** A node's tasks by what matters about them, the most urgent first; what it has none of is left out, and so are the dead. */
export const countsOf = ({counts}: Pick<GraphNode, 'counts'>): Count[] => {
	const sums = new Map<CountKind, number>();
	for (const [state, count] of Object.entries(counts)) {
		if (count > 0 && isKnown(state)) {
			sums.set(kinds[state], (sums.get(kinds[state]) ?? 0) + count);
		}
	}

	return countKinds.flatMap((kind) => {
		const count = sums.get(kind);
		return count === undefined ? [] : [{kind, count}];
	});
};

/** As many of the counts as there is room for. */
export const countsStrip = (
	counts: readonly Count[],
	{width, glyphs}: {readonly width: number; readonly glyphs: Glyphs},
): ReadonlyArray<{readonly text: string; readonly style: GraphStyle}> => {
	const pieces: Array<{text: string; style: GraphStyle}> = [];
	let used = 0;
	for (const [index, {kind, count}] of counts.entries()) {
		const text = `${glyphs.count[kind]}${shortNumber(count)}`;
		const needed = text.length + (index === 0 ? 0 : 1);
		const isLast = index === counts.length - 1;
		if (used + needed + (isLast ? 0 : 1) > width) {
			pieces.push({text: glyphs.more, style: 'type'});
			break;
		}

		pieces.push({
			text: `${index === 0 ? '' : ' '}${text}`,
			style: `count-${kind}`,
		});
		used += needed;
	}

	return pieces;
};

/** In at most four characters: 999, 1.2k, 123k, 1.2M, 123M, 4G. */
export const shortNumber = (count: number): string => {
	let value = count;
	for (const unit of ['', 'k', 'M', 'G']) {
		if (value < 1000) {
			return unit !== '' && value < 10
				? `${(Math.floor(value * 10) / 10).toFixed(1)}${unit}`
				: `${Math.floor(value)}${unit}`;
		}

		value /= 1000;
	}

	return `${Math.floor(value)}T`;
};

const isKnown = (state: string): state is keyof typeof kinds =>
	Object.hasOwn(kinds, state);
