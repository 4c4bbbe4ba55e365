import {editJson} from '../../edit-json.js';
import type {ScreenBinding, ScreenTools} from '../../screen.js';
import type {JsonDifference} from '../../text/json-difference.js';
import {shellWord} from '../../text/shell-word.js';
import {createTask} from './create-task.js';
import {moveTasks} from './move-tasks.js';
import {openSetMenu} from './set-menu.js';
import {assignment} from './task-words.js';
import type {TasksSlice, TasksView} from './tasks-slice.js';
import {wholeTask} from './whole-task.js';

type Tools = ScreenTools<TasksSlice>;
type Disabled = (view: TasksView) => string | undefined;

/** What changes what tasks carry and where they are. */
export const taskEdits = (
	needsTask: Disabled,
): ReadonlyArray<ScreenBinding<TasksSlice>> => [
	{
		id: 'task.edit',
		keys: ['e'],
		label: 'edit',
		help: 'edit the attributes in $EDITOR; what would change is shown before it is applied',
		isChange: true,
		disabled: needsTask,
		run: editAttributes,
	},
	{
		id: 'task.set',
		keys: ['E'],
		label: 'set…',
		help: 'set name, priority, groups, environment, one attribute, or the state by hand',
		isChange: true,
		isQuiet: true,
		disabled: needsTask,
		run: openSetMenu,
	},
	{
		id: 'task.move',
		keys: ['m'],
		label: 'move',
		help: 'move to another node',
		command: 'move',
		isChange: true,
		disabled: needsTask,
		run: moveTasks,
	},
	{
		id: 'task.create',
		keys: ['n'],
		label: 'new',
		help: 'create a task: its node, name and groups are asked for, its attributes edited',
		command: 'create',
		isChange: true,
		isQuiet: true,
		run: createTask,
	},
];

const editAttributes = async (tools: Tools): Promise<void> => {
	const task = await wholeTask(tools);
	if (task === undefined) {
		return;
	}

	await editJson(tools, {
		title: `Attributes of task ${task.id} "${task.name}"`,
		before: task.attributes,
		async apply(difference) {
			await tools.change({
				method: 'task.set',
				params: {
					id: task.id,
					attributes: {...difference.set},
					delete: [...difference.removed],
				},
				command: `task set ${task.id} ${attributeFlags(difference)}`,
				said: () => `changed task ${task.id}`,
			});
		},
	});
};

const attributeFlags = ({set, removed}: JsonDifference): string =>
	[
		...Object.entries(set).map(
			([name, value]) => `--attr ${assignment(name, value)}`,
		),
		...removed.map((name) => `--delete ${shellWord(name)}`),
	].join(' ');
