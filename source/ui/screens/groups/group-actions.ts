import {confirm} from '../../dialogs/confirm.js';
import {choose} from '../../dialogs/choose.js';
import {prompt} from '../../dialogs/prompt.js';
import type {ParamsFor} from '../../farm.js';
import {chosenRows, unmark} from '../../list/chosen-rows.js';
import {atTop, clearMarks} from '../../list/list-state.js';
import type {ScreenBinding, ScreenTools} from '../../screen.js';
import {plural} from '../../text/amount-text.js';
import {shellWord} from '../../text/shell-word.js';
import {
	selectedGroup,
	windowIn,
	type GroupsSlice,
	type GroupsView,
} from './groups-slice.js';

type Tools = ScreenTools<GroupsSlice>;

/** More are looked up before an action on all of them. */
const mostAtOnce = 10_000;

const chosenIn = (view: GroupsView) =>
	chosenRows(view.slice.list, windowIn(view));

const needsGroup = (view: GroupsView): string | undefined =>
	chosenIn(view).count === 0 ? 'no group is selected' : undefined;

/** The names of what is chosen, also of what the window does not show. */
const namesOf = async (tools: Tools): Promise<readonly string[]> => {
	const view = tools.view();
	const {rows, count} = chosenIn(view);
	if (rows.length === count) {
		return rows.map(({name}) => name);
	}

	const {list, isArchivedShown} = view.slice;
	const {groups} = await tools.farm.request('group.list', {
		archived: isArchivedShown,
		limit: mostAtOnce,
	});
	const text = list.filter.toLowerCase();
	return groups
		.filter(({id, name, creator}) =>
			list.isAllMarked
				? name.toLowerCase().includes(text) ||
					creator.toLowerCase().includes(text)
				: list.marks.has(id),
		)
		.map(({name}) => name);
};

const words = (names: readonly string[]): string =>
	names.length === 1 ? `group "${names[0]}"` : plural(names.length, 'group');

const quoted = (names: readonly string[]): string =>
	names.map((name) => shellWord(name)).join(' ');

const act = async (
	tools: Tools,
	names: readonly string[],
	{
		action,
		done,
	}: {
		readonly action: ParamsFor<'group.act'>['action'];
		readonly done: string;
	},
): Promise<void> => {
	await tools.change({
		method: 'group.act',
		params: {action, names: [...names]},
		command:
			action === 'retry'
				? names
						.map((name) => `task retry --all --group ${shellWord(name)}`)
						.join('; lifeblood ')
				: `group ${action} ${quoted(names)}`,
		said: ({tasks}) => `${done} ${words(names)}, ${plural(tasks, 'task')}`,
	});
	unmark(tools);
};

const plainAction = (
	action: ParamsFor<'group.act'>['action'],
	done: string,
	binding: Omit<ScreenBinding<GroupsSlice>, 'run' | 'isChange'>,
): ScreenBinding<GroupsSlice> => ({
	disabled: needsGroup,
	...binding,
	isChange: true,
	async run(tools) {
		await act(tools, await namesOf(tools), {action, done});
	},
});

const setPriority = async (tools: Tools, priority: number): Promise<void> => {
	const names = await namesOf(tools);
	await tools.change({
		method: 'group.set_priority',
		params: {names: [...names], priority},
		command: `group priority ${quoted(names)} ${priority}`,
		said: () => `${words(names)} has priority ${priority}`,
	});
};

const step = (by: number) => async (tools: Tools) => {
	const group = selectedGroup(tools.view());
	if (group) {
		await setPriority(tools, group.priority + by);
	}
};

/** What can be done with groups. */
export const groupActions: ReadonlyArray<ScreenBinding<GroupsSlice>> = [
	{
		id: 'group.graph',
		keys: ['t'],
		label: 'graph',
		help: 'the graph, with the tasks of this group lit up',
		disabled: (view) =>
			selectedGroup(view) === undefined ? 'no group is selected' : undefined,
		run(tools) {
			const group = selectedGroup(tools.view());
			if (group) {
				tools.open('graph', {group: group.name});
			}
		},
	},
	plainAction('retry', 'retried the errors of', {
		id: 'group.retry',
		keys: ['r'],
		label: 'retry errors',
		help: 'process again what is in error in it',
		command: 'retry',
		disabled(view) {
			const {rows, count} = chosenIn(view);
			return (
				needsGroup(view) ??
				(count === rows.length && rows.every(({counts}) => counts.error === 0)
					? 'nothing of it is in error'
					: undefined)
			);
		},
	}),
	plainAction('pause', 'paused', {
		id: 'group.pause',
		keys: ['p'],
		label: 'pause',
		help: 'pause all its tasks; what runs goes on to its end',
		command: 'pause',
	}),
	plainAction('resume', 'resumed', {
		id: 'group.resume',
		keys: ['P'],
		label: 'resume',
		help: 'let its tasks go on',
		command: 'resume',
	}),
	{
		id: 'group.priority-up',
		keys: [']', '>'],
		label: 'priority up',
		help: 'ten more for its priority',
		isQuiet: true,
		isChange: true,
		disabled: needsGroup,
		run: step(10),
	},
	{
		id: 'group.priority-down',
		keys: ['[', '<'],
		label: 'priority down',
		help: 'ten less for its priority',
		isQuiet: true,
		isChange: true,
		disabled: needsGroup,
		run: step(-10),
	},
	{
		id: 'group.priority',
		keys: ['='],
		label: 'priority',
		help: 'set the priority',
		command: 'priority',
		isChange: true,
		isQuiet: true,
		disabled: needsGroup,
		async run(tools, argument) {
			const isNumber = (text: string): boolean =>
				text.trim() !== '' && Number.isFinite(Number(text));
			if (isNumber(argument)) {
				await setPriority(tools, Number(argument));
				return;
			}

			const group = selectedGroup(tools.view());
			tools.openDialog(
				prompt({
					title: 'Priority',
					label: 'a number; higher goes first',
					text: String(group?.priority ?? 50),
					check: (text) => (isNumber(text) ? undefined : 'this is no number'),
					onSubmit: async (text) => setPriority(tools, Number(text)),
				}),
			);
		},
	},
	{
		id: 'group.archive',
		keys: ['a'],
		label: 'archive',
		help: 'archive: out of sight, and nothing is done with it; what runs is ended. An archived one is unarchived',
		command: 'archive',
		isChange: true,
		disabled: needsGroup,
		async run(tools) {
			const {rows: chosen} = chosenIn(tools.view());
			const names = await namesOf(tools);
			if (chosen.every(({archived}) => archived)) {
				await act(tools, names, {action: 'unarchive', done: 'unarchived'});
				return;
			}

			if (chosen.every(({counts}) => counts.running === 0)) {
				await act(tools, names, {action: 'archive', done: 'archived'});
				return;
			}

			tools.openDialog(
				confirm({
					title: `Archive ${words(names)}?`,
					text: [
						'Something of it runs: it is ended, and what it has done is lost.',
					],
					command: `group archive ${quoted(names)}`,
					onYes: async () =>
						act(tools, names, {action: 'archive', done: 'archived'}),
				}),
			);
		},
	},
	{
		id: 'group.show-archived',
		keys: ['A'],
		label: 'show archived',
		help: 'archived groups too, and back',
		command: 'archived',
		isQuiet: true,
		run(tools) {
			tools.update((slice) => ({
				...slice,
				isArchivedShown: !slice.isArchivedShown,
				list: atTop(clearMarks(slice.list)),
			}));
		},
	},
	{
		id: 'group.delete',
		keys: ['X'],
		label: 'delete',
		help: 'delete an archived group for good, with its tasks, invocations and logs',
		command: 'delete',
		isChange: true,
		isQuiet: true,
		disabled: (view) =>
			needsGroup(view) ??
			(chosenIn(view).rows.every(({archived}) => archived)
				? undefined
				: 'archive it first'),
		async run(tools) {
			const names = await namesOf(tools);
			tools.openDialog(
				confirm({
					title: `Delete ${words(names)} for good?`,
					text: [
						'Its tasks, invocations and logs are deleted. This cannot be undone.',
					],
					command: `group delete ${quoted(names)}`,
					word: names.length === 1 ? names[0] : `delete ${names.length}`,
					onYes: async () =>
						act(tools, names, {action: 'delete', done: 'deleted'}),
				}),
			);
		},
	},
	{
		id: 'group.copy',
		keys: ['y'],
		label: 'copy',
		help: 'copy its name, or the command that shows it',
		isQuiet: true,
		disabled: needsGroup,
		async run(tools) {
			const names = await namesOf(tools);
			tools.openDialog(
				choose({
					title: 'Copy',
					items: [
						{
							label: names.length === 1 ? 'name' : 'names',
							note: names.join(' '),
							value: names.join('\n'),
						},
						...(names.length === 1
							? [
									`lifeblood group show ${quoted(names)}`,
									`lifeblood task list --group ${quoted(names)}`,
								].map((command) => ({
									label: 'command',
									note: command,
									value: command,
								}))
							: []),
					],
					onChoose(text) {
						tools.copy(text, 'this');
					},
				}),
			);
		},
	},
];
