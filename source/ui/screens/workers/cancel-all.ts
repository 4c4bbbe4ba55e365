import {confirm} from '../../dialogs/confirm.js';
import type {ScreenTools} from '../../screen.js';
import {plural} from '../../text/amount-text.js';
import {selectedWorker, type WorkersSlice} from './workers-slice.js';

/** Cancels what runs on the worker under the cursor. */
export const cancelAll = async (
	tools: ScreenTools<WorkersSlice>,
): Promise<void> => {
	const worker = selectedWorker(tools.view());
	if (worker === undefined) {
		return;
	}

	const {tasks} = await tools.farm.request('task.list', {
		filter: {worker: worker.name},
	});
	if (tasks.length === 0) {
		tools.notice('info', `nothing runs on ${worker.name} any more`);
		return;
	}

	const ids = tasks.map(({id}) => id);
	const command = `task cancel ${ids.join(' ')}`;
	tools.openDialog(
		confirm({
			title: `Cancel ${plural(ids.length, 'task')} on ${worker.name}?`,
			text: [
				'Their processes are ended, and what they have done is lost. The tasks are then in error, and can be retried.',
			],
			command,
			async onYes() {
				await tools.change({
					method: 'task.act',
					params: {action: 'cancel', select: {ids}},
					command,
					said: ({changed}) => `cancelled ${plural(changed, 'task')}`,
				});
			},
		}),
	);
};
