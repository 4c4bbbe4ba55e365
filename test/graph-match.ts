import test from 'ava';
import {noResources} from '../source/core/requirements.js';
import {unmet} from '../source/graph/match.js';

const missing = (
	capabilities: Readonly<Record<string, string>>,
	offered: Readonly<Record<string, readonly string[]>>,
) =>
	unmet(
		{
			minimum: noResources,
			preferred: noResources,
			groups: [],
			worker_type: 'standard',
			capabilities,
			limits: {},
		},
		{
			type: 'standard',
			groups: [],
			capabilities: offered,
			resolver: 'trivial',
			total: noResources,
		},
	);

test('of several versions of a capability, any one that fits is enough', (t) => {
	t.deepEqual(
		missing({blender: '~=3.4'}, {blender: ['2.93', '3.6', '4.1']}),
		[],
	);
	t.deepEqual(missing({blender: '*'}, {blender: ['gold']}), []);
});

test('what is missing names what there is, and what is needed', (t) => {
	t.deepEqual(missing({blender: '~=3.7'}, {blender: ['3.6', '4.1']}), [
		'has blender 3.6 and 4.1, ~=3.7 is needed',
	]);
	t.deepEqual(missing({blender: '5'}, {blender: ['3.6']}), [
		'has blender 3.6, 5 is needed',
	]);
	t.deepEqual(missing({toString: '*'}, {}), ['has no toString']);
	const many = Array.from({length: 20}, (_, index) => `1.${index}`);
	t.deepEqual(missing({python: '3'}, {python: many}), [
		'has python …, 1.12, 1.13, 1.14, 1.15, 1.16, 1.17, 1.18 and 1.19, 3 is needed',
	]);
});
