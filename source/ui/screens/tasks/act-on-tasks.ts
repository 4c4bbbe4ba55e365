import {confirm} from '../../dialogs/confirm.js';
import type {ParamsFor} from '../../farm.js';
import {unmark} from '../../list/chosen-rows.js';
import type {ScreenTools} from '../../screen.js';
import {plural} from '../../text/amount-text.js';
import {chosenTasks, type ChosenTasks} from './chosen-tasks.js';
import type {TasksSlice} from './tasks-slice.js';

type Tools = ScreenTools<TasksSlice>;
type Outcome = {
	readonly changed: number;
	readonly skipped: ReadonlyArray<{readonly reason: string}>;
};

/** What came of it, with the first reason where some were passed over. */
export const outcomeText =
	(done: string) =>
	({changed, skipped}: Outcome): string => {
		const [first] = skipped;
		return [
			`${done} ${plural(changed, 'task')}`,
			...(first === undefined
				? []
				: [
						`${skipped.length} passed over: ${reasonText(first.reason, skipped)}`,
					]),
		].join('; ');
	};

/** Why they were passed over: one reason of all, or that of the first. */
const reasonText = (first: string, skipped: Outcome['skipped']): string => {
	if (skipped.length === 1) {
		return first;
	}

	return skipped.every(({reason}) => reason === first)
		? first
				.replace(/^it is\b/v, 'they are')
				.replace(/^it has\b/v, 'they have')
				.replace(/^its\b/v, 'their')
		: `of the first, ${first}`;
};

/** Asks where it cannot be undone, and does it to what is chosen. */
export const actOnTasks = async (
	tools: Tools,
	{
		action,
		done,
		question,
	}: {
		readonly action: ParamsFor<'task.act'>['action'];
		/** `paused` */
		readonly done: string;
		/** What it means; undefined: nothing is asked, since it can be undone. */
		readonly question?: ((chosen: ChosenTasks) => string) | undefined;
	},
): Promise<void> => {
	const chosen = chosenTasks(tools.view());
	if (chosen === undefined) {
		return;
	}

	const command = `task ${action} ${chosen.commandWords}`;
	const act = async (): Promise<void> => {
		await tools.change({
			method: 'task.act',
			params: {action, select: chosen.select},
			command,
			said: outcomeText(done),
		});
		unmark(tools);
	};

	if (question === undefined) {
		await act();
		return;
	}

	tools.openDialog(
		confirm({
			title: `${action.charAt(0).toUpperCase()}${action.slice(1)} ${chosen.words}?`,
			text: [question(chosen)],
			command,
			onYes: act,
		}),
	);
};
