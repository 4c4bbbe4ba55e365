import {isRunning} from '../../../core/task-state.js';
import {chooseByLetters} from '../../dialogs/choose-by-letters.js';
import {confirm} from '../../dialogs/confirm.js';
import {unmark} from '../../list/chosen-rows.js';
import type {ScreenTools} from '../../screen.js';
import {shellWord} from '../../text/shell-word.js';
import {outcomeText} from './act-on-tasks.js';
import {chosenTasks} from './chosen-tasks.js';
import type {TasksSlice} from './tasks-slice.js';

type Tools = ScreenTools<TasksSlice>;

/** To the node that was named, or that is chosen. */
export const moveTasks = async (
	tools: Tools,
	argument: string,
): Promise<void> => {
	const chosen = chosenTasks(tools.view());
	if (chosen === undefined) {
		return;
	}

	const {nodes} = await tools.farm.request('node.list', {});
	const move = async (to: string): Promise<void> => {
		await tools.change({
			method: 'task.move',
			params: {select: chosen.select, to},
			command: `task move ${chosen.commandWords} --to ${shellWord(to)}`,
			said: outcomeText(`moved to ${to}:`),
		});
		unmark(tools);
	};

	const ask = (to: string): void | Promise<void> => {
		if (chosen.rows.every(({state}) => !isRunning(state))) {
			return move(to);
		}

		tools.openDialog(
			confirm({
				title: `Move ${chosen.words} to ${to}?`,
				text: ['It runs: its process is ended, and what it has done is lost.'],
				command: `task move ${chosen.commandWords} --to ${shellWord(to)}`,
				onYes: async () => move(to),
			}),
		);
	};

	if (argument !== '') {
		await ask(argument);
		return;
	}

	tools.openDialog(
		chooseByLetters({
			title: `Move ${chosen.words} to`,
			items: nodes.map(({name, type}) => ({
				label: name,
				note: type,
				value: name,
			})),
			onChoose: ask,
		}),
	);
};
