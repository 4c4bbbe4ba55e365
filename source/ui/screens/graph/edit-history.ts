import type {Edit, EditHistory, GraphStep} from './edit.js';
import type {GraphTools} from './graph-slice.js';
import {runStep} from './run-step.js';

const mostKept = 200;

/** Carries an edit out and remembers it. One that is refused leaves the graph as it was, and is not remembered. */
export const carryOut = async (
	tools: GraphTools,
	edit: Edit,
): Promise<void> => {
	await apply(tools, edit);
	tools.update((slice) => ({
		...slice,
		history: {
			done: [...slice.history.done, edit].slice(-mostKept),
			undone: [],
		},
	}));
	tools.notice('good', edit.label);
};

export const undo = async (tools: GraphTools): Promise<void> => {
	const edit = tools.view().slice.history.done.at(-1);
	if (edit === undefined) {
		return;
	}

	const before = tools.view().slice.history;
	// At once, so that the next key takes back the one before it.
	setHistory(tools, {
		done: before.done.slice(0, -1),
		undone: [...before.undone, edit],
	});
	try {
		for (const {revert} of edit.steps.toReversed()) {
			await runStep(tools, revert); // eslint-disable-line no-await-in-loop -- one after the other
		}
	} catch (error) {
		setHistory(tools, before);
		throw error;
	}

	tools.notice('good', `undone: ${edit.label}`);
};

export const redo = async (tools: GraphTools): Promise<void> => {
	const edit = tools.view().slice.history.undone.at(-1);
	if (edit === undefined) {
		return;
	}

	const before = tools.view().slice.history;
	setHistory(tools, {
		done: [...before.done, edit],
		undone: before.undone.slice(0, -1),
	});
	try {
		await apply(tools, edit);
	} catch (error) {
		setHistory(tools, before);
		throw error;
	}

	tools.notice('good', `done again: ${edit.label}`);
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
