import {choose} from '../../dialogs/choose.js';
import {readText} from '../../dialogs/read-text.js';
import {picturesInAttributes} from '../../pictures/find-pictures.js';
import {atTop} from '../../list/list-state.js';
import type {ScreenBinding, ScreenTools} from '../../screen.js';
import {plural} from '../../text/amount-text.js';
import {shellWord} from '../../text/shell-word.js';
import {chosenTasks} from './chosen-tasks.js';
import {explanationLines} from './explanation-lines.js';
import {showCauses} from './show-causes.js';
import {assignment} from './task-words.js';
import {selectedTask, type TasksSlice, type TasksView} from './tasks-slice.js';

type Tools = ScreenTools<TasksSlice>;
type Disabled = (view: TasksView) => string | undefined;

/** What leads from a task to something else, and what is only looked at. */
export const taskWays = (
	needsTask: Disabled,
): ReadonlyArray<ScreenBinding<TasksSlice>> => [
	{
		id: 'task.log',
		keys: ['L'],
		label: 'log',
		help: 'the logs of the task, or of all marked ones together',
		command: 'logs',
		disabled: needsTask,
		run(tools) {
			const chosen = chosenTasks(tools.view())?.rows ?? [];
			tools.open('output', {tasks: chosen.map(({id}) => id)});
		},
	},
	{
		id: 'task.pictures',
		keys: ['i'],
		label: 'pictures',
		help: 'the picture files that its attributes name; of marked tasks, those of all in this list',
		command: 'pictures-of',
		isQuiet: true,
		disabled: needsTask,
		run: openPictures,
	},
	{
		id: 'task.why',
		keys: ['w'],
		label: 'why',
		help: 'why the task is where it is: for a ready one, what each worker lacks',
		command: 'explain',
		disabled: needsTask,
		async run(tools) {
			const task = selectedTask(tools.view());
			if (task === undefined) {
				return;
			}

			const explanation = await tools.farm.request('task.explain', {
				id: task.id,
			});
			tools.openDialog(
				readText({
					title: `Why task ${task.id} "${task.name}" is ${task.state}`,
					lines: explanationLines(explanation, tools.state().size.columns - 8),
				}),
			);
		},
	},
	{
		id: 'task.errors',
		keys: ['!'],
		label: 'errors',
		help: 'only what is in error, and back',
		command: 'err',
		isQuiet: true,
		run: toggle('state:error'),
	},
	{
		id: 'task.dead',
		keys: ['D'],
		label: 'dead',
		help: 'dead tasks too, and back',
		isQuiet: true,
		run: toggle('dead'),
	},
	{
		id: 'task.causes',
		keys: ['C'],
		label: 'causes',
		help: 'the errors of this list by cause: retry all of one, or drain where they happened',
		command: 'causes',
		run: showCauses,
	},
	{
		id: 'task.go',
		keys: ['o'],
		label: 'go to',
		help: 'to its parent, its children, all that came of it, its group, its node, its worker',
		command: 'goto',
		isQuiet: true,
		disabled: needsTask,
		run: openGoMenu,
	},
	{
		id: 'task.copy',
		keys: ['y'],
		label: 'copy',
		help: 'copy id, name, message, attributes, or the commands that show or create it',
		command: 'copy',
		isQuiet: true,
		disabled: needsTask,
		run: openCopyMenu,
	},
];

/** Puts a word into the filter, or takes it away. */
const toggle =
	(word: string) =>
	({update}: Tools): void => {
		update((slice) => ({
			...slice,
			list: {
				...atTop(slice.list),
				filter: toggled(slice.list.filter, word),
			},
		}));
	};

const toggled = (filter: string, word: string): string => {
	const words = filter.split(/\s+/v).filter((part) => part !== '');
	return words.includes(word)
		? words.filter((part) => part !== word).join(' ')
		: [...words, word].join(' ');
};

/** Asked for so many at a time. */
const mostAsked = 20;
const mostPictureTasks = 500;

const openPictures = async (tools: Tools): Promise<void> => {
	const rows = (chosenTasks(tools.view())?.rows ?? []).slice(
		0,
		mostPictureTasks,
	);
	const files: string[] = [];
	for (let from = 0; from < rows.length; from += mostAsked) {
		// eslint-disable-next-line no-await-in-loop -- so many at a time
		const tasks = await Promise.all(
			rows
				.slice(from, from + mostAsked)
				.map(async ({id}) => tools.farm.request('task.get', {id})),
		);
		files.push(
			...tasks.flatMap(({attributes}) => picturesInAttributes(attributes)),
		);
	}

	if (files.length === 0) {
		tools.notice(
			'info',
			rows.length > 1
				? 'no attribute of these tasks names a picture file by its whole path'
				: 'no attribute of this task names a picture file by its whole path',
		);
		return;
	}

	tools.open('pictures', {pictures: {files: [...new Set(files)], at: 0}});
};

const openGoMenu = (tools: Tools): void => {
	const task = selectedTask(tools.view());
	if (task === undefined) {
		return;
	}

	const {parent_id: parent, split, worker} = task;
	tools.openDialog(
		choose<() => void>({
			title: `From task ${task.id} to`,
			items: [
				{
					label: 'its log',
					value() {
						tools.open('output', {tasks: [task.id]});
					},
				},
				...(task.children_count > 0
					? [
							{
								label: 'its children',
								note: plural(task.children_count, 'task'),
								value() {
									tools.open('tasks', {parent: task.id});
								},
							},
						]
					: []),
				...(parent === null
					? []
					: [
							{
								label: 'its parent, and all that came of it',
								note: String(parent),
								value() {
									tools.open('tasks', {tree: parent});
								},
							},
						]),
				...(split === null
					? []
					: [
							{
								label: 'what it is an element of',
								note: `${split.origin_id}, ${split.count} elements`,
								value() {
									tools.open('tasks', {tree: split.origin_id});
								},
							},
						]),
				{
					label: 'all that came of it',
					value() {
						tools.open('tasks', {tree: task.id});
					},
				},
				...task.groups.map((group) => ({
					label: 'its group',
					note: group,
					value() {
						tools.open('tasks', {group});
					},
				})),
				{
					label: 'the tasks of its node',
					note: task.node,
					value() {
						tools.open('tasks', {node: task.node});
					},
				},
				{
					label: 'its node in the graph',
					note: task.node,
					value() {
						tools.open('graph', {node: task.node, tasks: [task.id]});
					},
				},
				...(worker === null
					? []
					: [
							{
								label: 'its worker',
								note: worker,
								value() {
									tools.open('workers', {worker});
								},
							},
						]),
			],
			onChoose(go) {
				go();
			},
		}),
	);
};

const openCopyMenu = async (tools: Tools): Promise<void> => {
	const view = tools.view();
	const chosen = chosenTasks(view);
	const row = selectedTask(view);
	if (chosen === undefined || row === undefined) {
		return;
	}

	const task = await tools.farm.request('task.get', {id: row.id});
	const create = [
		'lifeblood submit',
		shellWord(task.node),
		'--name',
		shellWord(task.name),
		...task.groups.flatMap((group) => ['--group', shellWord(group)]),
		...Object.entries(task.attributes).flatMap(([name, value]) => [
			'--attr',
			assignment(name, value),
		]),
	].join(' ');
	const message = task.state_details?.message;
	tools.openDialog(
		choose({
			title: 'Copy',
			items: [
				{
					label: chosen.count > 1 ? 'ids' : 'id',
					note: chosen.commandWords,
					value: chosen.commandWords,
				},
				{label: 'name', note: task.name, value: task.name},
				...(message === undefined
					? []
					: [{label: 'message', note: message, value: message}]),
				{
					label: 'attributes',
					note: 'as JSON',
					value: JSON.stringify(task.attributes, undefined, '\t'),
				},
				{
					label: 'command that shows it',
					note: `lifeblood task show ${task.id}`,
					value: `lifeblood task show ${task.id}`,
				},
				{label: 'command that creates it', note: create, value: create},
			],
			onChoose(text) {
				tools.copy(text, 'this');
			},
		}),
	);
};
