import {restingStates, taskStates} from '../core/task-state.js';
import {workerTypes} from '../core/requirements.js';
import type {
	ArgumentDefinition,
	CommandDefinition,
	CommandFamily,
	FlagDefinition,
} from './command-definition.js';
import {jobCommands} from './job-commands.js';
import {resolverCommands} from './resolver-commands.js';
import {attributeFlags, resolverFlags} from './task-flags.js';

export const commandFamilies: readonly CommandFamily[] = [
	{name: 'task', summary: 'look at tasks and act on them'},
	{name: 'group', summary: 'look at groups of tasks and act on them'},
	{name: 'worker', summary: 'run a worker; look at workers and steer them'},
	{name: 'node', summary: "look at the graph's nodes and edit them"},
	{name: 'graph', summary: 'the graph as a file'},
	{name: 'limit', summary: 'licences and other tokens'},
	{name: 'job', summary: 'what a running process can do with its own task'},
	{name: 'resolver', summary: 'software that this machine offers'},
	{name: 'db', summary: 'the known databases'},
	{name: 'key', summary: 'the farm key'},
	{name: 'config', summary: 'the configuration'},
	{name: 'notify', summary: 'who is told of what happens'},
];

const logLevels = ['error', 'warn', 'info', 'debug'] as const;

/** Flags that every command has. */
export const globalFlags: Readonly<Record<string, FlagDefinition>> = {
	'config-dir': {
		type: 'text',
		value: 'DIR',
		description: 'read the configuration from this folder',
		completes: 'directory',
	},
	'log-level': {
		type: 'text',
		value: 'LEVEL',
		description: `how much is said: ${logLevels.join(', ')}`,
		options: logLevels,
	},
	scheduler: {
		type: 'text',
		value: 'HOST:PORT',
		description: 'the scheduler to talk to',
	},
	'key-file': {
		type: 'text',
		value: 'FILE',
		description: 'the file that holds the farm key',
		completes: 'file',
	},
	insecure: {
		type: 'switch',
		description: 'talk without the farm key, on a farm that has it turned off',
	},
	json: {
		type: 'switch',
		description: 'print one JSON document and nothing else',
	},
	help: {type: 'switch', description: 'show this help'},
};

const id: ArgumentDefinition = {name: 'ID', description: "the task's id"};

const selectedTasks: ArgumentDefinition = {
	name: 'ID',
	description: 'ids of tasks; or none, and a selection by flags',
	isOptional: true,
	isMultiple: true,
};

/** Choosing tasks by what they are. */
const filterFlags = {
	group: {
		type: 'text',
		value: 'GROUP',
		description: 'those in this group',
		completes: 'group',
	},
	node: {
		type: 'text',
		value: 'NODE',
		description: 'those in this node',
		completes: 'node',
	},
	state: {
		type: 'text',
		value: 'STATE,...',
		description: 'those in these states',
		options: taskStates,
	},
} as const satisfies Readonly<Record<string, FlagDefinition>>;

/** The same for commands that change tasks: only with `--all`, so that a forgotten id does not mean every task. */
const selectionFlags = {
	all: {type: 'switch', description: 'all tasks that the flags below select'},
	...filterFlags,
} as const satisfies Readonly<Record<string, FlagDefinition>>;

const groupNames: ArgumentDefinition = {
	name: 'GROUP',
	description: 'names of groups',
	isMultiple: true,
	completes: 'group',
};

const workerNames: ArgumentDefinition = {
	name: 'WORKER',
	description: 'names or ids of workers',
	isMultiple: true,
	completes: 'worker',
};

const nodeNames: ArgumentDefinition = {
	name: 'NODE',
	description: 'names of nodes',
	isMultiple: true,
	completes: 'node',
};

const graphFile: ArgumentDefinition = {
	name: 'FILE',
	description: 'a graph file, YAML or JSON (`-`: standard input)',
	completes: 'file',
};

const timeout: FlagDefinition = {
	type: 'number',
	value: 'SECONDS',
	description: 'give up after this long, with exit status 1',
	minimum: 0.001,
};

const database: FlagDefinition = {
	type: 'text',
	value: 'PATH|NAME|URL',
	description: 'the database: a file, a known name, or a postgres URL',
	completes: 'database',
};

const prune: FlagDefinition = {
	type: 'switch',
	description: 'take away nodes and wires that the file does not have',
};

const taskAction = ({
	verb,
	summary,
	description,
	example,
}: {
	readonly verb: string;
	readonly summary: string;
	readonly description?: string;
	readonly example: string;
}): CommandDefinition => ({
	name: `task ${verb}`,
	mode: 'task',
	summary,
	...(description !== undefined && {description}),
	arguments: [selectedTasks],
	flags: selectionFlags,
	examples: [
		{command: `task ${verb} 12 15`, description: `${verb} two tasks`},
		{command: `task ${verb} --all ${example}`, description: 'a selection'},
	],
});

const groupAction = ({
	verb,
	summary,
	flags = {},
}: {
	readonly verb: string;
	readonly summary: string;
	readonly flags?: Readonly<Record<string, FlagDefinition>>;
}): CommandDefinition => ({
	name: `group ${verb}`,
	mode: 'group',
	summary,
	arguments: [groupNames],
	flags,
	examples: [{command: `group ${verb} shot010`, description: summary}],
});

/** Every command. Parsing, help, shell completion and docs/commands.md come from here. */
export const commandTable: readonly CommandDefinition[] = [
	{
		name: 'scheduler',
		mode: 'scheduler',
		summary: 'run the scheduler',
		description:
			'Creates the database and the farm key where there is none; prints where it listens, which database it serves, and how to add a worker.',
		arguments: [],
		flags: {
			db: database,
			'server-ip': {
				type: 'text',
				value: 'IP',
				description: 'where workers and submitters connect',
			},
			'server-port': {
				type: 'integer',
				value: 'N',
				description: 'its port (0: any free one)',
				minimum: 0,
				maximum: 65_535,
			},
			'ui-ip': {
				type: 'text',
				value: 'IP',
				description: 'where viewers connect',
			},
			'ui-port': {
				type: 'integer',
				value: 'N',
				description: 'its port (0: any free one)',
				minimum: 0,
				maximum: 65_535,
			},
			broadcast: {
				type: 'switch',
				isNegated: true,
				description: 'do not tell the network where the scheduler is',
			},
			name: {type: 'text', value: 'FARM', description: "the farm's name"},
			force: {
				type: 'switch',
				description: 'start although this farm has a scheduler on the network',
			},
		},
		examples: [
			{command: 'scheduler', description: 'serve the default database'},
			{
				command: 'scheduler --db /srv/farm.db --name studio',
				description: 'serve this file',
			},
		],
	},
	{
		name: 'worker',
		mode: 'worker',
		summary: 'run a worker',
		description:
			"Resources default to the machine's own. Where the first word after `worker` is one of `list`, `show`, `drain`, `resume`, `groups`, `stop`, it looks at workers or steers them instead.",
		arguments: [],
		flags: {
			cpus: {
				type: 'number',
				value: 'N',
				description: 'CPU cores to offer',
				minimum: 0,
			},
			memory: {type: 'text', value: 'SIZE', description: 'memory: `16G`'},
			gpus: {
				type: 'number',
				value: 'N',
				description: 'GPUs to offer',
				minimum: 0,
			},
			'gpu-memory': {
				type: 'text',
				value: 'SIZE',
				description: 'memory of the GPUs: `24G`',
			},
			groups: {
				type: 'text',
				value: 'A,B',
				description: 'groups that this worker is in',
			},
			name: {type: 'text', value: 'NAME', description: "the worker's name"},
			type: {
				type: 'text',
				value: 'TYPE',
				description: workerTypes.join(' or '),
				options: workerTypes,
			},
			once: {type: 'switch', description: 'end after one invocation'},
		},
		examples: [
			{command: 'worker', description: 'offer all that this machine has'},
			{
				command: 'worker --cpus 4 --memory 16G --groups render,night',
				description: 'offer a part of it, to these groups',
			},
		],
	},
	{
		name: 'view',
		mode: 'view',
		summary: 'the viewer: see and steer the farm in this terminal',
		description:
			'Full-screen; ? shows the keys. Whatever it does is also a command.',
		arguments: [],
		flags: {
			'read-only': {
				type: 'switch',
				description: 'only look, and change nothing',
			},
		},
		examples: [
			{command: 'view', description: 'the farm of this machine or network'},
			{
				command: 'view --read-only --scheduler farm.example:1385',
				description: 'another farm, with nothing to be broken',
			},
		],
	},
	{
		name: 'up',
		mode: 'up',
		summary: 'scheduler and worker on this machine together',
		description:
			'On a terminal with the viewer in front; leaving it asks whether to stop the farm.',
		arguments: [],
		flags: {db: database},
		examples: [{command: 'up', description: 'a farm of one machine'}],
	},
	{
		name: 'demo',
		mode: 'demo',
		summary: 'render a short picture sequence on a farm of one machine',
		description:
			'Starts a scheduler and a worker, makes a sample graph and renders with no other software, with the viewer in front. Without a terminal it runs to the end, prints a summary and stops.',
		arguments: [],
		flags: {db: database},
		examples: [{command: 'demo', description: 'see the farm at work'}],
	},
	{
		name: 'submit',
		mode: 'submit',
		summary: 'create a task in a node, and print its id',
		arguments: [
			{
				name: 'NODE',
				description: 'the name of the node',
				completes: 'node',
			},
		],
		flags: {
			name: {
				type: 'text',
				value: 'NAME',
				description: "the task's name (none: the node's)",
			},
			...attributeFlags,
			group: {
				type: 'text',
				value: 'GROUP',
				description: 'a group to be in, made where it is not there',
				isMultiple: true,
				completes: 'group',
			},
			priority: {type: 'number', value: 'P', description: "the task's own"},
			...resolverFlags,
			paused: {type: 'switch', description: 'create it paused'},
			wait: {
				type: 'switch',
				description:
					'end when it and all it spawned or was split into are at rest: 0 if none is in error',
			},
			follow: {
				type: 'switch',
				description: 'as --wait, and show the logs of its processes meanwhile',
			},
			timeout,
		},
		examples: [
			{
				command: 'submit render --frames 1-100 --attr scene=/srv/a.blend',
				description: 'a task with a list of frames',
			},
			{
				command: "submit sim --attr 'resolution:=[512,512]' --wait",
				description: 'an attribute in JSON; wait for the end',
			},
			{
				command:
					'submit render --package blender=~3.4 --group shot010 --follow',
				description: 'software that it needs; watch its logs',
			},
		],
	},
	{
		name: 'task list',
		mode: 'task',
		summary: 'list tasks',
		arguments: [],
		flags: {
			...filterFlags,
			name: {
				type: 'text',
				value: 'GLOB',
				description: 'those whose name matches: `shot*`',
			},
			dead: {type: 'switch', description: 'dead ones too'},
			archived: {type: 'switch', description: 'archived ones too'},
			limit: {
				type: 'integer',
				value: 'N',
				description: 'at most this many (none: 1000)',
				minimum: 1,
			},
			after: {
				type: 'integer',
				value: 'ID',
				description: 'only those with a higher id',
				minimum: 0,
			},
		},
		examples: [
			{command: 'task list', description: 'all that are not dead'},
			{
				command: 'task list --state error,ready --node render',
				description: 'some of them',
			},
			{
				command: "task list --json | jq '.[].id'",
				description: 'for a script',
			},
		],
	},
	{
		name: 'task show',
		mode: 'task',
		summary: 'show a task with its attributes and invocations',
		arguments: [id],
		flags: {},
		examples: [{command: 'task show 12', description: 'one task'}],
	},
	{
		name: 'task wait',
		mode: 'task',
		summary:
			'wait until tasks, and all they spawned or were split into, are at rest',
		description: 'Exit status 0 if none of them is in error.',
		arguments: [{...id, isMultiple: true, description: 'ids of tasks'}],
		flags: {timeout},
		examples: [
			{
				command: 'task wait 12 13 --timeout 600',
				description: 'at most ten minutes',
			},
		],
	},
	taskAction({
		verb: 'pause',
		summary: 'neither process nor dispatch tasks; running processes go on',
		example: '--group shot010',
	}),
	taskAction({
		verb: 'resume',
		summary: 'let paused tasks go on',
		example: '--group shot010',
	}),
	taskAction({
		verb: 'cancel',
		summary: 'end the processes of tasks, which then are in error',
		example: '--node render',
	}),
	taskAction({
		verb: 'retry',
		summary: 'let tasks in error try again',
		example: '--state error',
	}),
	taskAction({
		verb: 'kill',
		summary: 'end tasks for good',
		example: '--group shot010',
	}),
	taskAction({
		verb: 'restart',
		summary: 'end the processes of tasks, and run them again',
		example: '--node render --state in_progress',
	}),
	{
		name: 'task move',
		mode: 'task',
		summary: 'move tasks to another node',
		arguments: [selectedTasks],
		flags: {
			to: {
				type: 'text',
				value: 'NODE',
				description: 'the node they go to',
				completes: 'node',
			},
			input: {
				type: 'text',
				value: 'INPUT',
				description: "the input they arrive by (none: the node's first)",
			},
			...selectionFlags,
		},
		examples: [
			{command: 'task move 12 --to render', description: 'one task'},
			{
				command: 'task move --all --node old --to new',
				description: 'all of a node',
			},
		],
	},
	{
		name: 'task set',
		mode: 'task',
		summary: 'change what a task carries',
		arguments: [id],
		flags: {
			...attributeFlags,
			delete: {
				type: 'text',
				value: 'K',
				description: 'an attribute to take away',
				isMultiple: true,
			},
			name: {type: 'text', value: 'NAME', description: 'another name'},
			priority: {type: 'number', value: 'P', description: 'its own priority'},
			group: {
				type: 'text',
				value: 'GROUP',
				description: 'a group to be in, in place of those it has',
				isMultiple: true,
				completes: 'group',
			},
			...resolverFlags,
		},
		examples: [
			{
				command: 'task set 12 --attr quality=high --delete draft',
				description: 'attributes',
			},
		],
	},
	{
		name: 'task force',
		mode: 'task',
		summary: 'set tasks to a state by hand',
		description:
			'A running task is cancelled first. With a selection, the tasks are chosen by --from-state, since --state is the state they are set to.',
		arguments: [selectedTasks],
		flags: {
			state: {
				type: 'text',
				value: 'STATE',
				description: `the state to set: ${restingStates.join(', ')}`,
				options: restingStates,
			},
			all: selectionFlags.all,
			group: filterFlags.group,
			node: filterFlags.node,
			'from-state': filterFlags.state,
		},
		examples: [
			{command: 'task force 12 --state done', description: 'call it done'},
		],
	},
	{
		name: 'task explain',
		mode: 'task',
		summary: 'say why a task is where it is',
		arguments: [id],
		flags: {},
		examples: [
			{
				command: 'task explain 12',
				description: 'why it does not run, or what happened',
			},
		],
	},
	{
		name: 'task log',
		mode: 'task',
		summary: "print the log of a task's last invocation",
		arguments: [id],
		flags: {
			invocation: {
				type: 'integer',
				value: 'N',
				description: 'the log of this invocation',
				minimum: 1,
			},
			follow: {
				type: 'switch',
				description: 'go on as the log grows, until the invocation ends',
			},
			tail: {
				type: 'integer',
				value: 'N',
				description: 'only the last N lines',
				minimum: 0,
			},
			timestamps: {
				type: 'switch',
				description: 'before each line, when it came',
			},
			stderr: {
				type: 'switch',
				description: 'only lines that came by standard error',
			},
		},
		examples: [
			{command: 'task log 12 --follow', description: 'watch it run'},
			{
				command: 'task log 12 --timestamps --stderr',
				description: 'what it complained of, and when',
			},
			{command: 'task log 12 --tail 20', description: 'the last lines'},
		],
	},
	{
		name: 'task history',
		mode: 'task',
		summary: "a task's way through the graph, with times",
		arguments: [id],
		flags: {
			limit: {
				type: 'integer',
				value: 'N',
				description: 'at most this many steps (none: 1000)',
				minimum: 1,
				maximum: 10_000,
			},
		},
		examples: [{command: 'task history 12', description: 'one task'}],
	},
	{
		name: 'group list',
		mode: 'group',
		summary: 'list groups, newest first',
		arguments: [],
		flags: {
			name: {
				type: 'text',
				value: 'GLOB',
				description: 'those whose name matches',
			},
			archived: {type: 'switch', description: 'archived ones too'},
			limit: {
				type: 'integer',
				value: 'N',
				description: 'at most this many (none: 1000)',
				minimum: 1,
			},
		},
		examples: [{command: 'group list', description: 'what goes on'}],
	},
	{
		name: 'group show',
		mode: 'group',
		summary: 'show a group',
		arguments: [{name: 'GROUP', description: 'its name', completes: 'group'}],
		flags: {},
		examples: [{command: 'group show shot010', description: 'one group'}],
	},
	{
		name: 'group wait',
		mode: 'group',
		summary: 'wait until all tasks of groups are at rest',
		description: 'Exit status 0 if none of them is in error.',
		arguments: [groupNames],
		flags: {timeout},
		examples: [{command: 'group wait shot010', description: 'one group'}],
	},
	groupAction({verb: 'pause', summary: 'pause all tasks of groups'}),
	groupAction({verb: 'resume', summary: 'let all tasks of groups go on'}),
	groupAction({verb: 'retry', summary: 'let the errors of groups try again'}),
	{
		name: 'group priority',
		mode: 'group',
		summary: 'set the priority of groups (50 is the usual one)',
		arguments: [
			{name: 'PRIORITY', description: 'a number; more goes first'},
			groupNames,
		],
		flags: {},
		examples: [
			{command: 'group priority 80 shot010', description: 'before others'},
		],
	},
	groupAction({
		verb: 'archive',
		summary: 'put groups away, out of every list; cancels what runs',
	}),
	groupAction({verb: 'unarchive', summary: 'bring archived groups back'}),
	groupAction({
		verb: 'delete',
		summary: "delete archived groups' tasks, invocations and logs for good",
		flags: {
			yes: {type: 'switch', description: 'do not ask'},
		},
	}),
	{
		name: 'worker list',
		mode: 'worker-control',
		summary: 'list workers, connected and known ones',
		arguments: [],
		flags: {},
		examples: [{command: 'worker list', description: 'all of them'}],
	},
	{
		name: 'worker show',
		mode: 'worker-control',
		summary: 'show a worker',
		arguments: [
			{name: 'WORKER', description: 'its name or id', completes: 'worker'},
		],
		flags: {},
		examples: [{command: 'worker show node07', description: 'one worker'}],
	},
	{
		name: 'worker drain',
		mode: 'worker-control',
		summary: 'give workers no new work',
		arguments: [workerNames],
		flags: {},
		examples: [
			{command: 'worker drain node07', description: 'before maintenance'},
		],
	},
	{
		name: 'worker resume',
		mode: 'worker-control',
		summary: 'let drained workers take work again',
		arguments: [workerNames],
		flags: {},
		examples: [{command: 'worker resume node07', description: 'one worker'}],
	},
	{
		name: 'worker groups',
		mode: 'worker-control',
		summary: "set a worker's groups",
		arguments: [
			{name: 'WORKER', description: 'its name or id', completes: 'worker'},
			{
				name: 'GROUP',
				description: 'names of groups',
				isOptional: true,
				isMultiple: true,
			},
		],
		flags: {
			none: {type: 'switch', description: 'be in no group'},
			own: {
				type: 'switch',
				description: 'go back to the groups that the worker itself says',
			},
		},
		examples: [
			{command: 'worker groups node07 render night', description: 'these two'},
			{command: 'worker groups node07 --own', description: 'as it says itself'},
		],
	},
	{
		name: 'worker stop',
		mode: 'worker-control',
		summary: 'end workers; what they run goes on elsewhere',
		arguments: [workerNames],
		flags: {},
		examples: [{command: 'worker stop node07', description: 'one worker'}],
	},
	{
		name: 'worker sweep',
		mode: 'worker-sweep',
		summary: 'end what a killed worker of this machine left running',
		description:
			'A worker that was killed and is not started again within its grace time has this done by itself; one that runs is let be.',
		arguments: [],
		flags: {
			name: {type: 'text', value: 'NAME', description: "the worker's name"},
		},
		examples: [
			{
				command: 'worker sweep --name node07',
				description: 'now, instead of after the grace time',
			},
		],
	},
	{
		name: 'worker forget',
		mode: 'worker-control',
		summary: 'take workers that are off out of the list',
		arguments: [workerNames],
		flags: {},
		examples: [{command: 'worker forget node07', description: 'one worker'}],
	},
	{
		name: 'node list',
		mode: 'node',
		summary: "list the graph's nodes with what is in them",
		arguments: [],
		flags: {},
		examples: [{command: 'node list', description: 'all of them'}],
	},
	{
		name: 'node show',
		mode: 'node',
		summary: 'show a node with its parameters and wires',
		arguments: [{name: 'NODE', description: 'its name', completes: 'node'}],
		flags: {},
		examples: [{command: 'node show render', description: 'one node'}],
	},
	{
		name: 'node types',
		mode: 'node',
		summary: 'list the node types, or show one with its parameters',
		arguments: [
			{
				name: 'TYPE',
				description: 'a node type',
				isOptional: true,
				completes: 'node-type',
			},
		],
		flags: {},
		examples: [
			{command: 'node types', description: 'all of them'},
			{
				command: 'node types command',
				description: 'what can be set, and to what',
			},
		],
	},
	{
		name: 'node create',
		mode: 'node',
		summary: 'add a node',
		arguments: [
			{name: 'NAME', description: 'its name'},
			{name: 'TYPE', description: 'its type', completes: 'node-type'},
			{
				name: 'PARAM=VALUE',
				description: 'parameters, as for `node set`',
				isOptional: true,
				isMultiple: true,
			},
		],
		flags: {},
		examples: [
			{
				command: 'node create frames attribute_splitter chunk_size=4',
				description: 'with a parameter',
			},
		],
	},
	{
		name: 'node set',
		mode: 'node',
		summary: 'change parameters of a node',
		description:
			'`param=value` gives a value, read as the type of the parameter; `param=` followed by `=` and an expression, as in `cpus==task.priority`, an expression; `param:=JSON` JSON; `param:=null` goes back to the default.',
		arguments: [
			{name: 'NODE', description: 'its name', completes: 'node'},
			{
				name: 'PARAM=VALUE',
				description: 'parameters and their values',
				isMultiple: true,
			},
		],
		flags: {},
		examples: [
			{command: 'node set render cpus=4 memory_gb=8', description: 'values'},
			{
				command: "node set frames 'chunk_size==attr.chunk'",
				description: 'an expression',
			},
		],
	},
	{
		name: 'node rename',
		mode: 'node',
		summary: 'give a node another name',
		arguments: [
			{name: 'NODE', description: 'its name', completes: 'node'},
			{name: 'NAME', description: 'its new name'},
		],
		flags: {},
		examples: [{command: 'node rename render beauty', description: 'one node'}],
	},
	{
		name: 'node delete',
		mode: 'node',
		summary: 'delete nodes and their wires; not while they hold living tasks',
		arguments: [nodeNames],
		flags: {},
		examples: [{command: 'node delete old', description: 'one node'}],
	},
	{
		name: 'node connect',
		mode: 'node',
		summary: 'lay a wire',
		arguments: [{name: 'WIRE', description: '`from.output -> to.input`'}],
		flags: {},
		examples: [
			{
				command: "node connect 'frames -> render'",
				description: 'from the first output to the first input',
			},
		],
	},
	{
		name: 'node disconnect',
		mode: 'node',
		summary: 'take a wire away',
		arguments: [{name: 'WIRE', description: '`from.output -> to.input`'}],
		flags: {},
		examples: [
			{command: "node disconnect 'frames -> render'", description: 'one wire'},
		],
	},
	{
		name: 'node retry-errors',
		mode: 'node',
		summary: 'let the tasks in error in nodes try again',
		arguments: [nodeNames],
		flags: {},
		examples: [{command: 'node retry-errors render', description: 'one node'}],
	},
	{
		name: 'node pause',
		mode: 'node',
		summary: 'neither process nor dispatch anything in nodes',
		arguments: [nodeNames],
		flags: {},
		examples: [{command: 'node pause render', description: 'one node'}],
	},
	{
		name: 'node resume',
		mode: 'node',
		summary: 'let paused nodes go on',
		arguments: [nodeNames],
		flags: {},
		examples: [{command: 'node resume render', description: 'one node'}],
	},
	{
		name: 'node presets',
		mode: 'node',
		summary: 'list the presets of node parameters that the farm keeps',
		arguments: [
			{
				name: 'TYPE',
				description: 'only those for this node type',
				isOptional: true,
				completes: 'node-type',
			},
		],
		flags: {},
		examples: [
			{command: 'node presets', description: 'all of them'},
			{command: 'node presets command', description: 'of one node type'},
		],
	},
	{
		name: 'node apply-preset',
		mode: 'node',
		summary: 'set the parameters of a node that a preset sets',
		description: 'What the preset does not name stays as it is in the node.',
		arguments: [
			{name: 'NODE', description: 'its name', completes: 'node'},
			{name: 'PRESET', description: "a preset for the node's type"},
		],
		flags: {},
		examples: [
			{command: 'node apply-preset render heavy', description: 'one node'},
		],
	},
	{
		name: 'node save-preset',
		mode: 'node',
		summary: "keep a node's parameters as a preset for nodes of its type",
		description:
			'Parameters that are as by default are left out. The scheduler writes it to `scheduler/nodes/settings/TYPE/NAME.toml` of its configuration.',
		arguments: [
			{name: 'NODE', description: 'its name', completes: 'node'},
			{name: 'PRESET', description: 'what the preset is to be called'},
		],
		flags: {
			replace: {
				type: 'switch',
				description: 'write over the preset of this name',
			},
		},
		examples: [
			{command: 'node save-preset render heavy', description: 'a new one'},
			{
				command: 'node save-preset render heavy --replace',
				description: 'as the node is now',
			},
		],
	},
	{
		name: 'node delete-preset',
		mode: 'node',
		summary: 'delete a preset; nodes keep what they have',
		arguments: [
			{name: 'TYPE', description: 'a node type', completes: 'node-type'},
			{name: 'PRESET', description: 'a preset for it'},
		],
		flags: {},
		examples: [
			{command: 'node delete-preset command heavy', description: 'one preset'},
		],
	},
	{
		name: 'graph apply',
		mode: 'graph',
		summary: 'bring the graph to what a file says, by node name',
		description:
			'All or nothing: a file with faults changes nothing. A node of the file gets exactly the parameters that stand there; what is not in the file stays as it is, unless --prune is given.',
		arguments: [graphFile],
		flags: {
			prune,
			'dry-run': {type: 'switch', description: 'only say what would change'},
		},
		examples: [
			{command: 'graph apply farm.yaml', description: 'say what it changed'},
			{
				command: 'graph apply farm.yaml --prune --dry-run',
				description: 'say what it would change',
			},
		],
	},
	{
		name: 'graph export',
		mode: 'graph',
		summary: 'print the graph as a file that can be applied again',
		arguments: [],
		flags: {
			node: {
				type: 'text',
				value: 'NODE',
				description: 'only these nodes and the wires between them',
				isMultiple: true,
				completes: 'node',
			},
		},
		examples: [{command: 'graph export > farm.yaml', description: 'all of it'}],
	},
	{
		name: 'graph diff',
		mode: 'graph',
		summary: 'say what applying a file would change',
		description:
			'Exit status 0 where nothing would change, 1 where something would, 2 where the file has faults.',
		arguments: [graphFile],
		flags: {prune},
		examples: [
			{
				command: 'graph diff farm.yaml --prune',
				description: 'what differs between the file and the farm',
			},
		],
	},
	{
		name: 'graph check',
		mode: 'graph',
		summary: 'look for faults in a graph file',
		description: 'Exit status 0 where there are none, 1 where there are some.',
		arguments: [graphFile],
		flags: {},
		examples: [
			{command: 'graph check farm.yaml', description: 'all faults at once'},
		],
	},
	{
		name: 'graph show',
		mode: 'graph',
		summary: 'draw the graph in text',
		arguments: [],
		flags: {},
		examples: [{command: 'graph show', description: 'nodes, wires, tasks'}],
	},
	{
		name: 'limit list',
		mode: 'limit',
		summary: 'list limits with what is in use',
		arguments: [],
		flags: {},
		examples: [{command: 'limit list', description: 'all of them'}],
	},
	{
		name: 'limit set',
		mode: 'limit',
		summary: "set a limit's total; makes it where it is not there",
		arguments: [
			{name: 'NAME', description: 'its name', completes: 'limit'},
			{name: 'TOTAL', description: 'how many there are'},
		],
		flags: {},
		examples: [
			{command: 'limit set houdini-engine 5', description: 'five licences'},
		],
	},
	{
		name: 'limit delete',
		mode: 'limit',
		summary: 'delete a limit; tasks that ask for it cannot run without it',
		arguments: [{name: 'NAME', description: 'its name', completes: 'limit'}],
		flags: {},
		examples: [
			{command: 'limit delete houdini-engine', description: 'one limit'},
		],
	},
	...jobCommands,
	...resolverCommands,
	{
		name: 'db list',
		mode: 'db',
		summary: 'list the known databases',
		arguments: [],
		flags: {},
		examples: [{command: 'db list', description: 'all of them'}],
	},
	{
		name: 'db use',
		mode: 'db',
		summary: 'serve this database where a scheduler is started without --db',
		arguments: [
			{name: 'NAME', description: 'a known name', completes: 'database'},
		],
		flags: {},
		examples: [{command: 'db use tests', description: 'one of them'}],
	},
	{
		name: 'db create',
		mode: 'db',
		summary: 'create a database and give it a name',
		arguments: [
			{name: 'NAME', description: 'its name'},
			{
				name: 'PATH',
				description: 'its file',
				isOptional: true,
				completes: 'file',
			},
		],
		flags: {},
		examples: [
			{command: 'db create tests ~/tests.db', description: 'in this file'},
		],
	},
	{
		name: 'db backup',
		mode: 'db',
		summary: 'copy the database, also while a scheduler serves it',
		arguments: [{name: 'FILE', description: 'where to', completes: 'file'}],
		flags: {db: database},
		examples: [
			{command: 'db backup farm-backup.db', description: 'a safe copy'},
		],
	},
	{
		name: 'db check',
		mode: 'db',
		summary: 'look for faults in the database',
		arguments: [],
		flags: {db: database},
		examples: [{command: 'db check', description: 'the one that is served'}],
	},
	{
		name: 'db prune',
		mode: 'db',
		summary: 'remove old work from a database that nobody serves, and pack it',
		description:
			'Removes what [scheduler.retention] keeps no longer, which a scheduler that serves it does by itself, and gives the space back to the disk, which a scheduler does not.',
		arguments: [],
		flags: {
			db: database,
			'dry-run': {
				type: 'switch',
				description: 'only say what would be removed, also while it is served',
			},
		},
		examples: [
			{command: 'db prune --dry-run', description: 'what would be removed'},
			{command: 'db prune --db tests', description: 'remove it, and pack'},
		],
	},
	{
		name: 'db info',
		mode: 'db',
		summary: 'what is in the database, in numbers',
		arguments: [],
		flags: {db: database},
		examples: [{command: 'db info', description: 'the one that is served'}],
	},
	{
		name: 'join',
		mode: 'join',
		summary: 'make this machine part of a farm',
		description:
			"Asks for the farm's join code, or reads it from standard input; checks it against the scheduler, and saves address and key.",
		arguments: [
			{
				name: 'HOST:PORT',
				description: 'the scheduler (none: the one that the join code names)',
				isOptional: true,
			},
		],
		flags: {},
		examples: [
			{command: 'join farm.example.org:1384', description: 'asks for the code'},
		],
	},
	{
		name: 'key show',
		mode: 'key',
		summary: 'print the farm key as a join code',
		arguments: [],
		flags: {
			'view-only': {
				type: 'switch',
				description: 'the key that can look but not change',
			},
		},
		examples: [{command: 'key show', description: 'for another machine'}],
	},
	{
		name: 'key create',
		mode: 'key',
		summary: 'create the farm key where there is none',
		arguments: [],
		flags: {},
		examples: [{command: 'key create', description: 'before the first start'}],
	},
	{
		name: 'key rotate',
		mode: 'key',
		summary: 'change the farm key while the farm runs',
		description:
			'The old key is accepted for a day. The view-only key is made from the farm key, and changes with it; it cannot be changed alone.',
		arguments: [],
		flags: {
			'view-only': {
				type: 'switch',
				description:
					'refused: the view-only key cannot be changed without the farm key',
			},
		},
		examples: [{command: 'key rotate', description: 'a new key'}],
	},
	{
		name: 'config show',
		mode: 'config',
		summary: 'the configuration in force, and where each value comes from',
		arguments: [],
		flags: {},
		examples: [{command: 'config show', description: 'all of it'}],
	},
	{
		name: 'config path',
		mode: 'config',
		summary: 'where the configuration is',
		arguments: [],
		flags: {},
		examples: [{command: 'config path', description: 'the folder'}],
	},
	{
		name: 'config init',
		mode: 'config',
		summary: 'write configuration files in which every setting stands',
		arguments: [],
		flags: {},
		examples: [{command: 'config init', description: 'where there are none'}],
	},
	{
		name: 'notify test',
		mode: 'notify',
		summary: 'see that notifications arrive',
		description:
			"Tells whom the rules of this machine's scheduler configuration name, at once and from here; no scheduler has to run. Ends with 1 where one does not take it.",
		arguments: [
			{
				name: 'RULE',
				description: 'names of rules; none: all of them',
				isOptional: true,
				isMultiple: true,
			},
		],
		flags: {},
		examples: [{command: 'notify test wranglers', description: 'one rule'}],
	},
	{
		name: 'doctor',
		mode: 'doctor',
		summary: 'check this machine, with advice',
		arguments: [],
		flags: {},
		examples: [{command: 'doctor', description: 'when something is odd'}],
	},
	{
		name: 'connect',
		mode: 'connect',
		summary: 'talk to the scheduler by hand',
		description:
			"Connects with the farm's key and says hello. Then each line of standard input is a JSON-RPC request that is passed on, and each line that the scheduler sends is printed: answers, and updates of what is watched. Ends when the input has ended and everything is answered.",
		arguments: [],
		flags: {},
		examples: [
			{
				command:
					'connect <<< \'{"jsonrpc":"2.0","id":1,"method":"farm.info","params":{}}\'',
				description: 'one request',
			},
			{
				command: 'connect --scheduler farm.example.org:1384',
				description: 'type requests, end with Ctrl-D',
			},
		],
	},
	{
		name: 'completion',
		mode: 'completion',
		summary: 'print a shell completion script',
		arguments: [
			{
				name: 'SHELL',
				description: 'bash, zsh or fish',
				options: ['bash', 'zsh', 'fish'],
				completes: 'shell',
			},
		],
		flags: {},
		examples: [
			{
				command:
					'completion bash > ~/.local/share/bash-completion/completions/lifeblood',
				description: 'for bash',
			},
		],
	},
];
