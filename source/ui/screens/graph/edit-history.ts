import type {Edit, EditHistory, GraphStep} from './edit.js';
import type {GraphTools} from './graph-slice.js';
import {runStep} from './run-step.js';

const mostKept = 200;

/** Carries an edit out and remembers it. One that is refused leaves the graph as it was, and is not remembered. */
export const carryOut = async (tools: GraphTools, edit: Edit): Promise<void> =>
	inTurn(async () => {
		await apply(tools, edit);
		tools.update((slice) => ({
			...slice,
			history: {
				done: [...slice.history.done, edit].slice(-mostKept),
				undone: [],
			},
		}));
		tools.notice('good', edit.label);
	});

/** Takes the last edit back. */
export const undo = async (tools: GraphTools): Promise<void> =>
	inTurn(async () => {
		const {done, undone} = tools.view().slice.history;
		const edit = done.at(-1);
		if (edit === undefined) {
			return;
		}

		for (const {revert} of edit.steps.toReversed()) {
			await runStep(tools, revert); // eslint-disable-line no-await-in-loop -- one after the other
		}

		setHistory(tools, {done: done.slice(0, -1), undone: [...undone, edit]});
		tools.notice('good', `undone: ${edit.label}`);
	});

/** Carries the edit out again that was taken back last. */
export const redo = async (tools: GraphTools): Promise<void> =>
	inTurn(async () => {
		const {done, undone} = tools.view().slice.history;
		const edit = undone.at(-1);
		if (edit === undefined) {
			return;
		}

		await apply(tools, edit);
		setHistory(tools, {done: [...done, edit], undone: undone.slice(0, -1)});
		tools.notice('good', `done again: ${edit.label}`);
	});

let last: Promise<void> = Promise.resolve();

/** Keys are faster than the scheduler's answers: each edit waits for the one before it, whose outcome it builds on. */
const inTurn = async (act: () => Promise<void>): Promise<void> => {
	const before = last;
	const {promise, resolve} = Promise.withResolvers<void>();
	last = promise;
	await before;
	try {
		await act();
	} finally {
		resolve();
	}
};

/** A step that is refused takes those before it back. */
const apply = async (tools: GraphTools, {steps}: Edit): Promise<void> => {
	const taken: GraphStep[] = [];
	try {
		for (const {apply: step, revert} of steps) {
			await runStep(tools, step); // eslint-disable-line no-await-in-loop -- one after the other
			taken.unshift(revert);
		}
	} catch (error) {
		for (const revert of taken) {
			await runStep(tools, revert); // eslint-disable-line no-await-in-loop -- one after the other
		}

		throw error;
	}
};

const setHistory = (tools: GraphTools, history: EditHistory): void => {
	tools.update((slice) => ({...slice, history}));
};
