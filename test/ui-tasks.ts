import test from 'ava';
import {taskId} from '../source/core/ids.js';
import {outcomeText} from '../source/ui/screens/tasks/act-on-tasks.js';
import {errorCauses} from '../source/ui/screens/tasks/error-causes.js';
import {textOnlyFault} from '../source/ui/list/filter-fault.js';
import {
	taskFilter,
	taskFilterFault,
} from '../source/ui/screens/tasks/task-filter.js';

const failed = (
	id: number,
	message: string,
	more: Readonly<Record<string, unknown>> = {},
) => ({
	id: taskId(id),
	node: 'render',
	state_details: {reason: 'exit', message, ...more},
});

test('errors that differ in numbers, paths and hosts have one cause', (t) => {
	const [first, second, ...others] = errorCauses(
		[
			failed(1, 'Cannot read /net/shot010/a.exr, frame 17, on blade-01.', {
				worker: 'blade-01',
			}),
			failed(2, 'Cannot read /net/shot020/b.exr, frame 23, on blade-02.', {
				worker: 'blade-02',
			}),
			failed(3, 'The process ended with exit code 1.'),
			failed(4, 'The process ended with exit code 137.'),
			failed(5, 'The process ended with exit code 1.'),
			failed(6, 'Cannot read /x, frame 1, on 10.0.0.7:22.'),
		],
		[
			{name: 'blade-01', host: 'rack-1'},
			{name: 'blade-02', host: 'rack-1'},
		],
	);
	t.like(first, {
		ids: [1, 2, 6],
		workers: ['blade-01', 'blade-02'],
		hosts: ['rack-1'],
	});
	t.like(second, {ids: [3, 5]});
	t.is(others.length, 1);
});

test('a filter has words for what is no text, within what the list is of', (t) => {
	t.deepEqual(taskFilter('state:err,ready node:render foo bar', {group: 'g'}), {
		group: 'g',
		node: 'render',
		states: ['error', 'ready'],
		text: 'foo bar',
	});
	t.deepEqual(taskFilter('state:run dead', {}), {
		states: ['invoking', 'in_progress'],
		dead: true,
	});
	t.deepEqual(taskFilter('node: state:', {}), {});
});

test('a filter that means nothing says what could be meant, and never finds more', (t) => {
	for (const [typed, said] of [
		['state:foo', /knows no "foo".*It takes .*in_progress/v],
		['state:error,redy', /knows no "redy"; did you mean "ready"\?/v],
		['stat:error', /no word "stat:"; did you mean "state"\?.*node:/v],
		['parent:x', /takes the number of a task, not "x"/v],
	] as const) {
		t.regex(taskFilterFault(`foo ${typed}`) ?? '', said);
		t.deepEqual(taskFilter(typed, {}), {text: typed});
	}

	for (const typed of [
		'',
		'state:',
		'state:err,run',
		'stat:',
		'name:a:b',
		'tree:12 dead',
		'http://host',
	]) {
		t.is(taskFilterFault(typed), undefined);
	}

	t.regex(
		textOnlyFault('a state:off', 'a part of the name') ?? '',
		/no word "state:".*a part of the name/v,
	);
	t.is(textOnlyFault('shot:10', 'a part of the name'), undefined);
});

test('of several tasks that were passed over, one reason of all is told of all, and of several the first', (t) => {
	const paused = outcomeText('paused');
	const skipped = (...reasons: readonly string[]) =>
		reasons.map((reason) => ({reason}));
	t.is(paused({changed: 2, skipped: []}), 'paused 2 tasks');
	t.is(
		paused({changed: 1, skipped: skipped('it is dead')}),
		'paused 1 task; 1 passed over: it is dead',
	);
	t.is(
		paused({changed: 0, skipped: skipped('it is dead', 'it is dead')}),
		'paused 0 tasks; 2 passed over: they are dead',
	);
	t.is(
		paused({
			changed: 0,
			skipped: skipped('its node is gone', 'it has ended'),
		}),
		'paused 0 tasks; 2 passed over: of the first, its node is gone',
	);
});
