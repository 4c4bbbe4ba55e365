import test from 'ava';
import {defineNode} from '../source/nodes/contract.js';
import {createTestFarm} from './helpers/test-farm.js';

// One after the other: all would share the time that each has to come to its end.

/** More than are made at a time, and no multiple of that. */
const many = 3500;
const frames = Array.from({length: many}, (_, index) => (index * 7919) % many);
const cut = {
	type: 'attribute_splitter',
	parameters: {attribute: 'frames', chunk_size: 1},
};

test.serial(
	'a task that is divided into more elements than are made at a time is gathered with what all of them carry',
	async (t) => {
		const farm = await createTestFarm(t, {
			graph: {
				nodes: {
					cut,
					gather: {
						type: 'split_waiter',
						parameters: {
							promote: [
								{attribute: 'frames', mode: 'extend', sort_by: 'frames'},
							],
						},
					},
				},
				connections: ['cut -> gather'],
			},
		});
		const id = await farm.submitTask('cut', {attributes: {frames}});
		const {attributes} = await farm.untilState(id, 'done');
		t.deepEqual(JSON.parse(attributes), {
			frames: frames.toSorted((a, b) => a - b),
		});
		farm.expectSound();
	},
);

test.serial(
	'of a task that is divided into many, the first element to be gathered lets all others die, those too that come to be after it',
	async (t) => {
		const farm = await createTestFarm(t, {
			graph: {
				nodes: {
					cut,
					gather: {type: 'split_waiter', parameters: {wait_for_all: false}},
				},
				connections: ['cut -> gather'],
			},
		});
		const id = await farm.submitTask('cut', {attributes: {frames}});
		await farm.untilState(id, 'done');
		t.is(farm.nodeOf(id), 'gather');
		const elements = farm.all().filter((row) => row.split_id !== null);
		t.is(elements.length, many);
		t.deepEqual([...new Set(elements.map(({state}) => state))], ['dead']);
		farm.expectSound();
	},
);

test.serial(
	'a task all of whose many elements die by themselves is an error once the last one died',
	async (t) => {
		const farm = await createTestFarm(t, {
			graph: {nodes: {cut, end: {type: 'killer'}}, connections: ['cut -> end']},
		});
		const id = await farm.submitTask('cut', {attributes: {frames}});
		const {state_details: details} = await farm.untilState(id, 'error');
		t.regex(details ?? '', /All 3500 elements/v);
		farm.expectSound();
	},
);

test.serial(
	'elements that are divided into many themselves are gathered, each split for itself',
	async (t) => {
		const farm = await createTestFarm(t, {
			graph: {
				nodes: {
					cut: {...cut, parameters: {attribute: 'parts', chunk_size: 1}},
					again: cut,
					inner: {type: 'split_waiter'},
					outer: {type: 'split_waiter'},
				},
				connections: ['cut -> again', 'again -> inner', 'inner -> outer'],
			},
		});
		const ids = await Promise.all(
			[1, 2].map(async () =>
				farm.submitTask('cut', {
					attributes: {parts: [1, 2], frames: frames.slice(0, 1500)},
				}),
			),
		);
		for (const id of ids) {
			await farm.untilState(id, 'done'); // eslint-disable-line no-await-in-loop -- one after the other
			t.is(farm.nodeOf(id), 'outer');
		}

		t.is(farm.all().length, 2 * (1 + 2 + 2 * 1500));
		farm.expectSound();
	},
);

test.serial(
	'an element that dies while others wait to be gathered lets these look again',
	async (t) => {
		const farm = await createTestFarm(t, {
			graph: {
				nodes: {
					cut,
					choose: {
						type: 'switch',
						parameters: {
							output: {expr: 'attr.frames[0] % 2'},
						},
					},
					end: {type: 'killer'},
					gather: {type: 'split_waiter'},
				},
				connections: [
					'cut -> choose',
					'choose.output1 -> end',
					'choose.output0 -> gather',
				],
			},
		});
		const id = await farm.submitTask('cut', {
			attributes: {frames: frames.slice(0, 1500)},
		});
		await farm.untilState(id, 'done');
		t.is(farm.nodeOf(id), 'gather');
		farm.expectSound();
	},
);

test.serial(
	'where a node takes its time, elements that were all made in one turn are moved on in many, each once',
	async (t) => {
		const count = 1500;
		let elapsed = 0;
		let processed = 0;
		/** How many were processed when each turn was over, from the one on that made them. */
		const atCommits: number[] = [];
		const farm = await createTestFarm(t, {
			clock: {
				now: () => Date.now(),
				monotonic() {
					elapsed += 0.001;
					return elapsed;
				},
			},
			definitions: [
				defineNode({
					type: 'thorough',
					label: 'Thorough',
					tags: [],
					description: 'Takes a millisecond for each task.',
					parameters: {},
					process() {
						elapsed += 1;
						processed += 1;
						return {kind: 'pass'};
					},
				}),
			],
			graph: {
				nodes: {
					cut,
					look: {type: 'thorough'},
					gather: {type: 'split_waiter'},
				},
				connections: ['cut -> look', 'look -> gather'],
			},
		});
		farm.onCommit(({tasks}) => {
			if (atCommits.length > 0 || tasks.size > count) {
				atCommits.push(processed);
			}
		});
		const id = await farm.submitTask('cut', {
			attributes: {frames: frames.slice(0, count)},
		});
		await farm.untilState(id, 'done');
		t.is(processed, count);
		// A turn of 40 ms and a grace of 60, and for the one that makes them all what is made and moved on in portions.
		t.true(atCommits.length > count / 200, `${atCommits.length} turns`);
		for (const [turn, after] of atCommits.entries()) {
			t.true(after - (atCommits[turn - 1] ?? 0) <= 300, atCommits.join(' '));
		}

		farm.expectSound();
	},
);
