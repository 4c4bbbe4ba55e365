import {liveOf} from '../../screen.js';
import {graphIn, windowIn, type GraphTools} from './graph-slice.js';
import {wayOf} from './way-of.js';

/** Asks for the way of the task whose way is shown, and again when it has gone on. */
export const followTraveller = (tools: GraphTools): void => {
	const view = tools.view();
	const task = liveOf(view, 'traveller', 'task')?.rows[0];
	if (
		task === undefined ||
		task.id !== view.slice.traveller ||
		windowIn(view)?.status !== 'live'
	) {
		return;
	}

	const {id, changed_at: asOf} = task;
	if (view.slice.askedAsOf === asOf) {
		return;
	}

	tools.update((slice) => ({...slice, askedAsOf: asOf}));
	tools.farm
		.request('task.history', {id})
		.then(({steps}) => {
			tools.update((slice) =>
				slice.traveller === id
					? {...slice, way: {...wayOf(graphIn(tools.view()), steps), asOf}}
					: slice,
			);
		})
		.catch((error: unknown) => {
			tools.notice(
				'error',
				error instanceof Error ? error.message : String(error),
			);
		});
};
