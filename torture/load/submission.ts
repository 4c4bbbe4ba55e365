import type {ParamsInput} from '../../source/net/messages/method.js';
import type {clientToScheduler} from '../../source/net/messages/client.js';
import type {Random} from '../random.js';
import {parts, ways, type Part, type Way} from './graph.js';

/** A task that the torturer submits, with all that must come of it. */
export type Submission = {
	/** Its name, and the value of `root` in all that comes of it. */
	readonly root: string;
	readonly part: Part;
	readonly way: Way;
	readonly group: string;
	readonly params: Omit<
		ParamsInput<typeof clientToScheduler, 'task.submit'>,
		'request_id'
	>;
	/** Every piece of work that must be done to its end, once each, with what the process of it must have been given. */
	readonly expected: ReadonlyMap<string, string>;
};

/** What processes are like; most are plain. */
const kinds = [
	'plain',
	'plain',
	'plain',
	'plain',
	'fork',
	'orphan',
	'daemon',
	'stubborn',
	'noisy',
	'again',
	'faulty',
] as const;

/** Only few groups, so that acting on one meets many tasks. */
export const groupsPerPart = 5;

export const drawSubmission = (random: Random, number: number): Submission => {
	const part = random.pick(parts);
	const way = random.pick(ways);
	const root = `${part}-${number}`;
	const group = `${part}-group-${random.below(groupsPerPart)}`;
	const frames = Array.from({length: 1 + random.below(6)}, (_, at) => at + 1);
	const chunk = 1 + random.below(3);
	const kids = random.below(5);
	return {
		root,
		part,
		way,
		group,
		params: {
			node: `${part}-start`,
			name: root,
			groups: [group],
			priority: random.below(20),
			attributes: {
				root,
				way: ways.indexOf(way),
				frames,
				chunk,
				kids,
				kinds: Array.from({length: 3}, () => random.pick(kinds)),
				quarters: Array.from({length: 4}, () => random.below(8)),
			},
		},
		expected: new Map(
			expectedOf({way, frames, chunk, kids}).map(([label, data]) => [
				`${root}/${label}`,
				data,
			]),
		),
	};
};

type Labelled = readonly [label: string, data: string];

/** Worked out here, by nothing of the farm's own. */
const expectedOf = ({
	way,
	frames,
	chunk,
	kids,
}: {
	readonly way: Way;
	readonly frames: readonly number[];
	readonly chunk: number;
	readonly kids: number;
}): readonly Labelled[] => {
	switch (way) {
		case 'splits': {
			const chunks = Array.from(
				{length: Math.ceil(frames.length / chunk)},
				(_, index) => frames.slice(index * chunk, (index + 1) * chunk),
			);
			return [
				...chunks.flatMap((of) =>
					[0, 1].map((x): Labelled => [`render/${of.join('.')}/${x}`, '::0']),
				),
				['tally', `${frames.join('.')}:${chunks.map(() => '0.1').join('.')}:1`],
			];
		}

		case 'children': {
			const numbers = Array.from({length: kids}, (_, kid) => kid);
			return [
				...numbers.map((kid): Labelled => [`kid/${kid}`, '::0']),
				['tally', `${numbers.join('.')}::1`],
			];
		}

		case 'values': {
			return [
				['left', '::0'],
				['right', '::0'],
				['tally', '::1'],
			];
		}

		case 'brood': {
			return [
				...[1, 2, 11, 21].map((kid): Labelled => [`kid/${kid}`, '::0']),
				['tally', '1.2.11.21::1'],
			];
		}

		case 'line': {
			return [
				['one', '::0'],
				['two', '::0'],
				// What the process before it has said of the task.
				['three', '::0:yes'],
				['tally', '::1:yes'],
			];
		}
	}
};
