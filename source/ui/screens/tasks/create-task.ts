import {choose} from '../../dialogs/choose.js';
import {prompt} from '../../dialogs/prompt.js';
import {editJson} from '../../edit-json.js';
import type {Json} from '../../../core/json.js';
import {confirm} from '../../dialogs/confirm.js';
import type {ScreenTools} from '../../screen.js';
import {shellWord} from '../../text/shell-word.js';
import {assignment, namesIn} from './task-words.js';
import type {TasksSlice} from './tasks-slice.js';

type Tools = ScreenTools<TasksSlice>;

/** Asks for what a task needs, one thing after the other, and creates it. */
export const createTask = async (
	tools: Tools,
	argument: string,
): Promise<void> => {
	const {scope} = tools.view();
	const {nodes} = await tools.farm.request('node.list', {});
	const first = nodes.find(({name}) => name === argument);
	if (first) {
		askName(tools, {node: first.name, group: scope.group});
		return;
	}

	tools.openDialog(
		choose({
			title: 'A new task in node',
			items: nodes.map(({name, type}) => ({
				label: name,
				note: type,
				value: name,
			})),
			onChoose(node) {
				askName(tools, {node, group: scope.group});
			},
		}),
	);
};

const askName = (
	tools: Tools,
	{node, group}: {readonly node: string; readonly group: string | undefined},
): void => {
	tools.openDialog(
		prompt({
			title: `A new task in ${node}`,
			label: 'name',
			text: node,
			check: (name) => (name === '' ? 'a name is needed' : undefined),
			onSubmit(name) {
				tools.openDialog(
					prompt({
						title: `A new task in ${node}: "${name}"`,
						label: 'groups, with commas between them; none: a group of its own',
						text: group ?? '',
						onSubmit(groups) {
							askAttributes(tools, {node, name, groups: namesIn(groups)});
						},
					}),
				);
			},
		}),
	);
};

type Wanted = {
	readonly node: string;
	readonly name: string;
	readonly groups: readonly string[];
};

const askAttributes = (tools: Tools, wanted: Wanted): void => {
	tools.openDialog(
		confirm({
			title: `Create task "${wanted.name}" in ${wanted.node}`,
			text: ['Edit attributes first? n creates it without any.'],
			command: commandFor(wanted, {}),
			onYes: async () =>
				editJson(tools, {
					title: `Attributes of the new task "${wanted.name}"`,
					before: {},
					apply: async (_difference, after) => submit(tools, wanted, after),
				}),
			onNo: async () => submit(tools, wanted, {}),
		}),
	);
};

const submit = async (
	tools: Tools,
	wanted: Wanted,
	attributes: Readonly<Record<string, Json>>,
): Promise<void> => {
	await tools.change({
		method: 'task.submit',
		params: {
			...wanted,
			groups: [...wanted.groups],
			attributes: {...attributes},
		},
		command: commandFor(wanted, attributes),
		said: ({id}) => `created task ${id}`,
	});
};

const commandFor = (
	{node, name, groups}: Wanted,
	attributes: Readonly<Record<string, Json>>,
): string =>
	[
		'submit',
		shellWord(node),
		...(name === node ? [] : ['--name', shellWord(name)]),
		...groups.flatMap((group) => ['--group', shellWord(group)]),
		...Object.entries(attributes).flatMap(([key, value]) => [
			'--attr',
			assignment(key, value),
		]),
	].join(' ');
