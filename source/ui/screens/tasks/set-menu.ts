import type {Json} from '../../../core/json.js';
import {restingStates} from '../../../core/task-state.js';
import {environmentShape} from '../../../net/messages/shapes.js';
import {choose} from '../../dialogs/choose.js';
import {confirm} from '../../dialogs/confirm.js';
import {prompt} from '../../dialogs/prompt.js';
import {editJson} from '../../edit-json.js';
import type {ParamsFor} from '../../farm.js';
import {unmark} from '../../list/chosen-rows.js';
import type {ScreenTools} from '../../screen.js';
import {plural} from '../../text/amount-text.js';
import {shellWord} from '../../text/shell-word.js';
import {outcomeText} from './act-on-tasks.js';
import {chosenTasks, type ChosenTasks} from './chosen-tasks.js';
import type {TaskFilter} from './task-filter.js';
import {assignment, namesIn} from './task-words.js';
import type {TasksSlice} from './tasks-slice.js';
import {wholeTask} from './whole-task.js';

type Tools = ScreenTools<TasksSlice>;

/** More are not set together: each is a request of its own. */
const mostSetAtOnce = 1000;

/** Asks which of the things that a task carries, and for its value. */
export const openSetMenu = (tools: Tools): void => {
	const chosen = chosenTasks(tools.view());
	if (chosen === undefined) {
		return;
	}

	tools.openDialog(
		choose<(tools: Tools, chosen: ChosenTasks) => void | Promise<void>>({
			title: `Set, of ${chosen.words}`,
			items: [
				{label: 'name', value: setName},
				{label: 'priority', value: setPriority},
				{label: 'groups', note: 'replaces those it has', value: setGroups},
				{
					label: 'attribute',
					note: 'NAME=TEXT or NAME:=JSON',
					value: setAttribute,
				},
				{
					label: 'environment',
					note: 'the resolver and its arguments',
					value: setEnvironment,
				},
				{
					label: 'state',
					note: 'by hand; what runs is cancelled',
					value: forceState,
				},
			],
			async onChoose(set) {
				await set(tools, chosen);
			},
		}),
	);
};

type SetParams = Omit<ParamsFor<'task.set'>, 'id' | 'request_id'>;

const idsOf = async (
	tools: Tools,
	filter: TaskFilter,
): Promise<readonly number[]> => {
	const {tasks} = await tools.farm.request('task.list', {
		filter,
		limit: mostSetAtOnce,
	});
	return tasks.map(({id}) => id);
};

/** The same for each of several tasks. */
const setEach = async (
	tools: Tools,
	chosen: ChosenTasks,
	{params, flags}: {readonly params: SetParams; readonly flags: string},
): Promise<void> => {
	const {select} = chosen;
	const ids = 'ids' in select ? select.ids : await idsOf(tools, select.filter);
	if (ids.length < chosen.count) {
		tools.notice(
			'error',
			`These are more than ${mostSetAtOnce} tasks: narrow the list first.`,
		);
		return;
	}

	for (const id of ids) {
		// eslint-disable-next-line no-await-in-loop -- in order, so that the last notice is about the last
		await tools.change({
			method: 'task.set',
			params: {id, ...params},
			command: `task set ${id} ${flags}`,
			said: () =>
				ids.length === 1
					? `changed task ${id}`
					: `changed ${plural(ids.length, 'task')}`,
		});
	}

	unmark(tools);
};

const setName = (tools: Tools, chosen: ChosenTasks): void => {
	tools.openDialog(
		prompt({
			title: `Name of ${chosen.words}`,
			label: 'name',
			text: chosen.rows[0]?.name ?? '',
			check: (name) => (name === '' ? 'a name is needed' : undefined),
			onSubmit: async (name) =>
				setEach(tools, chosen, {
					params: {name},
					flags: `--name ${shellWord(name)}`,
				}),
		}),
	);
};

const setPriority = (tools: Tools, chosen: ChosenTasks): void => {
	tools.openDialog(
		prompt({
			title: `Priority of ${chosen.words}`,
			label: 'a number; higher goes first',
			text: String(chosen.rows[0]?.priority ?? 0),
			check: (text) =>
				text.trim() === '' || !Number.isFinite(Number(text))
					? 'this is no number'
					: undefined,
			onSubmit: async (text) =>
				setEach(tools, chosen, {
					params: {priority: Number(text)},
					flags: `--priority ${Number(text)}`,
				}),
		}),
	);
};

const setGroups = (tools: Tools, chosen: ChosenTasks): void => {
	tools.openDialog(
		prompt({
			title: `Groups of ${chosen.words}`,
			label: 'names, with commas between them',
			text: chosen.rows[0]?.groups.join(', ') ?? '',
			check: (text) =>
				namesIn(text).length === 0
					? 'a task is in one group at least'
					: undefined,
			onSubmit: async (text) =>
				setEach(tools, chosen, {
					params: {groups: namesIn(text)},
					flags: namesIn(text)
						.map((name) => `--group ${shellWord(name)}`)
						.join(' '),
				}),
		}),
	);
};

const setAttribute = (tools: Tools, chosen: ChosenTasks): void => {
	tools.openDialog(
		prompt({
			title: `An attribute of ${chosen.words}`,
			label: 'NAME=TEXT or NAME:=JSON',
			check(text) {
				const found = parseAssignment(text);
				return typeof found === 'string' ? found : undefined;
			},
			async onSubmit(text) {
				const found = parseAssignment(text);
				if (typeof found !== 'string') {
					await setEach(tools, chosen, {
						params: {attributes: {[found.name]: found.value}},
						flags: `--attr ${assignment(found.name, found.value)}`,
					});
				}
			},
		}),
	);
};

/** What is wrong with it, where it is none. */
const parseAssignment = (
	text: string,
): string | {readonly name: string; readonly value: Json} => {
	const match = /^(?<name>[^:=]+)(?<sign>:?=)(?<value>.*)$/sv.exec(
		text,
	)?.groups;
	if (!match) {
		return 'write NAME=TEXT or NAME:=JSON';
	}

	const {name = '', sign, value = ''} = match;
	if (sign === '=') {
		return {name: name.trim(), value};
	}

	try {
		return {name: name.trim(), value: JSON.parse(value) as Json};
	} catch {
		return 'what follows := is no JSON';
	}
};

const setEnvironment = async (tools: Tools): Promise<void> => {
	const task = await wholeTask(tools);
	if (task === undefined) {
		return;
	}

	await editJson(tools, {
		title: `Environment of task ${task.id} "${task.name}"`,
		before: task.environment ?? {resolver: '', arguments: {}},
		async apply(_difference, after) {
			const environment = environmentShape.safeParse(after);
			if (!environment.success) {
				tools.notice(
					'error',
					'An environment has a resolver, which is text, and arguments, which are an object.',
				);
				return;
			}

			await tools.change({
				method: 'task.set',
				params: {id: task.id, environment: environment.data},
				command: `task set ${task.id} ${environmentFlags(environment.data)}`,
				said: () => `changed the environment of task ${task.id}`,
			});
		},
	});
};

const environmentFlags = ({
	resolver,
	arguments: given,
}: {
	readonly resolver: string;
	readonly arguments: Readonly<Record<string, Json>>;
}): string =>
	[
		`--resolver ${shellWord(resolver)}`,
		...Object.entries(given).map(
			([name, value]) =>
				`--package ${shellWord(`${name.replace(/^package\./v, '')}=${typeof value === 'string' ? value : JSON.stringify(value)}`)}`,
		),
	].join(' ');

const forceState = (
	tools: Tools,
	{select, words, commandWords}: ChosenTasks,
): void => {
	tools.openDialog(
		choose({
			title: `Set the state of ${words} by hand`,
			items: restingStates.map((state) => ({label: state, value: state})),
			onChoose(state) {
				const command = `task force ${commandWords} --state ${state}`;
				tools.openDialog(
					confirm({
						title: `Set ${words} to ${state}?`,
						text: [
							'What runs of it is cancelled, and what it has done is lost.',
						],
						command,
						async onYes() {
							await tools.change({
								method: 'task.force',
								params: {select, state},
								command,
								said: outcomeText(`set to ${state}:`),
							});
							unmark(tools);
						},
					}),
				);
			},
		}),
	);
};
