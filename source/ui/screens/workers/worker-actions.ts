import {choose} from '../../dialogs/choose.js';
import {confirm} from '../../dialogs/confirm.js';
import {prompt} from '../../dialogs/prompt.js';
import type {ParamsFor} from '../../farm.js';
import {chosenRows, unmark} from '../../list/chosen-rows.js';
import type {ScreenBinding, ScreenTools} from '../../screen.js';
import {plural} from '../../text/amount-text.js';
import {shellWord} from '../../text/shell-word.js';
import {cancelAll} from './cancel-all.js';
import type {WorkerRow} from './worker-columns.js';
import {
	selectedWorker,
	windowIn,
	type WorkersSlice,
	type WorkersView,
} from './workers-slice.js';

type Tools = ScreenTools<WorkersSlice>;

const chosenIn = (view: WorkersView) =>
	chosenRows(view.slice.list, windowIn(view));

/** Also those that the window does not show. */
const allChosen = async (tools: Tools): Promise<readonly WorkerRow[]> => {
	const view = tools.view();
	const {rows, count} = chosenIn(view);
	if (rows.length === count) {
		return rows;
	}

	const {list} = view.slice;
	const {workers} = await tools.farm.request('worker.list', {});
	const text = list.filter.toLowerCase();
	return workers.filter(({id, name, host}) =>
		list.isAllMarked
			? name.toLowerCase().includes(text) || host.toLowerCase().includes(text)
			: list.marks.has(id),
	);
};

const needsWorker = (view: WorkersView): string | undefined =>
	chosenIn(view).count === 0 ? 'no worker is selected' : undefined;

const needs =
	(fits: (worker: WorkerRow) => boolean, reason: string) =>
	(view: WorkersView): string | undefined =>
		needsWorker(view) ??
		(chosenIn(view).rows.some((worker) => fits(worker)) ? undefined : reason);

const words = (workers: readonly WorkerRow[]): string =>
	workers.length === 1
		? `worker ${workers[0]!.name}`
		: plural(workers.length, 'worker');

const quoted = (workers: readonly WorkerRow[]): string =>
	workers.map(({name}) => shellWord(name)).join(' ');

const act = async (
	tools: Tools,
	workers: readonly WorkerRow[],
	{
		action,
		done,
	}: {
		readonly action: ParamsFor<'worker.act'>['action'];
		readonly done: string;
	},
): Promise<void> => {
	await tools.change({
		method: 'worker.act',
		// By id: of a worker that was replaced, the name is another's.
		params: {action, workers: workers.map(({id}) => String(id))},
		command: `worker ${action} ${quoted(workers)}`,
		said: ({changed}) => `${done} ${plural(changed, 'worker')}`,
	});
	unmark(tools);
};

const isThere = ({state}: WorkerRow): boolean => state !== 'off';

/** What can be done with workers. */
export const workerActions: ReadonlyArray<ScreenBinding<WorkersSlice>> = [
	{
		id: 'worker.tasks',
		keys: ['t'],
		label: 'its tasks',
		help: 'the tasks that run on it now',
		command: 'tasks-of',
		disabled: needsWorker,
		run(tools) {
			const worker = selectedWorker(tools.view());
			if (worker) {
				tools.open('tasks', {worker: worker.name});
			}
		},
	},
	{
		id: 'worker.log',
		keys: ['L'],
		label: 'logs',
		help: 'the logs of what runs on it, together',
		command: 'logs',
		isQuiet: true,
		disabled: needs(({running}) => running.length > 0, 'nothing runs on it'),
		async run(tools) {
			const worker = selectedWorker(tools.view());
			if (worker === undefined) {
				return;
			}

			const {tasks} = await tools.farm.request('task.list', {
				filter: {worker: worker.name},
			});
			tools.open('output', {tasks: tasks.map(({id}) => id)});
		},
	},
	{
		id: 'worker.drain',
		keys: ['d'],
		label: 'drain',
		help: 'it takes no new work; what runs goes on to its end',
		command: 'drain',
		isChange: true,
		disabled: needs(
			({state}) => state !== 'draining' && state !== 'off',
			'it takes no work as it is',
		),
		run: async (tools) =>
			act(tools, await allChosen(tools), {action: 'drain', done: 'drained'}),
	},
	{
		id: 'worker.resume',
		keys: ['r'],
		label: 'resume',
		help: 'it takes work again',
		command: 'resume',
		isChange: true,
		disabled: needs(({state}) => state === 'draining', 'it is not drained'),
		run: async (tools) =>
			act(tools, await allChosen(tools), {action: 'resume', done: 'resumed'}),
	},
	{
		id: 'worker.groups',
		keys: ['e'],
		label: 'groups',
		help: 'set its groups; none written: back to what the worker itself says',
		command: 'groups-of',
		isChange: true,
		disabled: needsWorker,
		run(tools) {
			const worker = selectedWorker(tools.view());
			if (worker === undefined) {
				return;
			}

			tools.openDialog(
				prompt({
					title: `Groups of worker ${worker.name}`,
					label: 'names, with commas between them; empty: as the worker says',
					text: worker.groups.join(', '),
					async onSubmit(text) {
						const groups = text
							.split(',')
							.map((name) => name.trim())
							.filter((name) => name !== '');
						await tools.change({
							method: 'worker.set_groups',
							params: {
								worker: String(worker.id),
								groups: groups.length === 0 ? null : groups,
							},
							command:
								`worker groups ${shellWord(worker.name)} ${groups.map((name) => shellWord(name)).join(' ')}`.trimEnd(),
							said: () => `set the groups of ${worker.name}`,
						});
					},
				}),
			);
		},
	},
	{
		id: 'worker.cancel',
		keys: ['c'],
		label: 'cancel',
		help: 'cancel everything that runs on it',
		isChange: true,
		disabled: needs(({running}) => running.length > 0, 'nothing runs on it'),
		run: cancelAll,
	},
	{
		id: 'worker.stop',
		keys: ['x'],
		label: 'stop',
		help: 'end the worker program; what runs on it is ended and goes to others',
		command: 'stop',
		isChange: true,
		disabled: needs(isThere, 'it is off'),
		async run(tools) {
			const workers = await allChosen(tools);
			tools.openDialog(
				confirm({
					title: `Stop ${words(workers)}?`,
					text: [
						'The worker ends, and has to be started again on its machine. What runs on it is ended and given to others.',
					],
					command: `worker stop ${quoted(workers)}`,
					isDanger: true,
					onYes: async () =>
						act(tools, workers, {action: 'stop', done: 'stopped'}),
				}),
			);
		},
	},
	{
		id: 'worker.forget',
		keys: ['X'],
		label: 'forget',
		help: 'take a worker that is off from the list; it comes back when it is started',
		isChange: true,
		isQuiet: true,
		disabled: needs(({state}) => state === 'off', 'it is not off'),
		run: async (tools) =>
			act(tools, await allChosen(tools), {action: 'forget', done: 'forgot'}),
	},
	{
		id: 'worker.copy',
		keys: ['y'],
		label: 'copy',
		help: 'copy its name, its host, or the command that shows it',
		isQuiet: true,
		disabled: needsWorker,
		run(tools) {
			const worker = selectedWorker(tools.view());
			if (worker === undefined) {
				return;
			}

			const show = `lifeblood worker show ${shellWord(worker.name)}`;
			tools.openDialog(
				choose({
					title: 'Copy',
					items: [
						{label: 'name', note: worker.name, value: worker.name},
						{label: 'host', note: worker.host, value: worker.host},
						{label: 'command that shows it', note: show, value: show},
					],
					onChoose(text) {
						tools.copy(text, 'this');
					},
				}),
			);
		},
	},
];
