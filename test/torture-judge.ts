import test from 'ava';
import {createRandom} from '../torture/random.js';
import {judge, type Evidence} from '../torture/verdict/judge.js';
import type {StoredInvocation} from '../torture/verdict/stored.js';
import type {Process} from '../torture/load/account.js';
import {drawSubmission, type Submission} from '../torture/load/submission.js';

const random = createRandom(1, 'test');

const drawCalm = (way: Submission['way']): Submission => {
	for (let number = 0; ; number++) {
		const submission = drawSubmission(random, number);
		if (submission.part === 'calm' && submission.way === way) {
			return submission;
		}
	}
};

const line = drawCalm('line');
const labels = [...line.expected];

const invocation = (
	id: number,
	fields: Partial<StoredInvocation> = {},
): StoredInvocation => ({
	id,
	task: 1,
	node: `node ${id}`,
	attempt: 1,
	state: 'finished',
	exit_code: 0,
	reason: null,
	message: null,
	...fields,
});

const ran = (id: number, fields: Partial<Process> = {}): Process => {
	const [label = '', data = ''] = labels[(id - 1) % labels.length] ?? [];
	return {
		task: 1,
		invocation: id,
		pid: 100 + id,
		worker: 'worker-1',
		label,
		data,
		began: id * 10,
		lived: id * 10 + 5,
		exitCode: 0,
		...fields,
	};
};

/** One calm task that went its way through four processes, and nothing is wrong with it. */
const sound: Evidence = {
	stored: {
		faults: [],
		tasks: [
			{
				id: 1,
				name: line.root,
				root: line.root,
				state: 'dead',
				node: 'calm-end',
				attempts: 0,
				details: null,
			},
		],
		invocations: new Map(
			labels.map((_, index) => [index + 1, invocation(index + 1)]),
		),
	},
	account: labels.map((_, index) => ran(index + 1)),
	submitted: new Map([[1, line]]),
	deleted: new Set(),
	restarted: new Map(),
};

const withInvocation = (row: StoredInvocation): Evidence['stored'] => ({
	...sound.stored,
	invocations: new Map([...sound.stored.invocations, [row.id, row]]),
});

const withProcess = (one: Process): Evidence['account'] => [
	...sound.account.filter(({invocation: id}) => id !== one.invocation),
	one,
];

test('work that was done once each, and is told so, is right', (t) => {
	t.deepEqual(judge(sound), []);
});

const wrongs: Readonly<Record<string, Evidence>> = {
	'a task that was acknowledged and is not there': {
		...sound,
		submitted: new Map([...sound.submitted, [2, {...line, part: 'wild'}]]),
	},
	'a task that did not come to its end': {
		...sound,
		stored: {
			...sound.stored,
			tasks: sound.stored.tasks.map((task) => ({...task, state: 'error'})),
		},
	},
	'a task too many': {
		...sound,
		stored: {
			...sound.stored,
			tasks: [...sound.stored.tasks, ...sound.stored.tasks],
		},
	},
	'work that was not done': {
		...sound,
		stored: withInvocation(invocation(4, {state: 'lost', exit_code: null})),
	},
	'work that was done twice': {
		...sound,
		stored: withInvocation(invocation(5)),
		account: [...sound.account, ran(5)],
	},
	'an invocation that ran twice': {
		...sound,
		account: [...sound.account, ran(4, {pid: 999, began: 90, lived: 95})],
	},
	'a process of which the database knows nothing': {
		...sound,
		account: [...sound.account, ran(9, {exitCode: undefined})],
	},
	'another exit code than the process had': {
		...sound,
		account: withProcess(ran(4, {exitCode: 3})),
	},
	'an end without a process': {
		...sound,
		stored: withInvocation(invocation(5, {exit_code: 3})),
	},
	'a process that is said not to have begun': {
		...sound,
		stored: withInvocation(
			invocation(5, {reason: 'not_started', exit_code: null}),
		),
		account: [...sound.account, ran(5, {exitCode: undefined})],
	},
	'an invocation that runs at rest': {
		...sound,
		stored: withInvocation(invocation(5, {state: 'running', exit_code: null})),
	},
	'two processes at once': {
		...sound,
		account: withProcess(ran(2, {lived: 31})),
	},
	'two processes at once for longer than any grace': {
		...sound,
		stored: withInvocation(
			invocation(5, {state: 'lost', exit_code: null, node: 'node 1'}),
		),
		account: [
			...sound.account,
			ran(5, {began: 1, lived: 60, exitCode: undefined}),
		].toSorted((a, b) => a.began - b.began),
	},
	'an attempt that was left out': {
		...sound,
		stored: withInvocation(
			invocation(5, {
				node: 'node 4',
				attempt: 3,
				state: 'lost',
				exit_code: null,
			}),
		),
	},
	'what should not have been run': {
		...sound,
		account: withProcess(ran(4, {label: 'calm-1/other'})),
	},
	'another result than was to be gathered': {
		...sound,
		account: withProcess(ran(4, {data: '::2'})),
	},
	'what db check finds': {
		...sound,
		stored: {...sound.stored, faults: ['queue: Task 1']},
	},
};

for (const [what, evidence] of Object.entries(wrongs)) {
	test(`${what} is seen`, (t) => {
		t.not(judge(evidence).length, 0);
	});
}

test('what runs on beside its successor until the grace of its lost worker is over is not twice at once', (t) => {
	t.deepEqual(
		judge({
			...sound,
			stored: withInvocation(
				invocation(5, {state: 'lost', exit_code: null, node: 'node 0'}),
			),
			account: [
				ran(5, {began: 1, lived: 12, exitCode: undefined}),
				...sound.account,
			],
		}),
		[],
	);
});

test('a seed gives the same decisions, and each purpose has its own', (t) => {
	const draw = (seed: number, purpose: string): readonly number[] => {
		const {next} = createRandom(seed, purpose);
		return Array.from({length: 20}, () => next());
	};

	t.deepEqual(draw(7, 'faults'), draw(7, 'faults'));
	t.notDeepEqual(draw(7, 'faults'), draw(8, 'faults'));
	t.notDeepEqual(draw(7, 'faults'), draw(7, 'edits'));
	t.deepEqual(
		drawSubmission(createRandom(7, 'x'), 3),
		drawSubmission(createRandom(7, 'x'), 3),
	);
});
