import type {
	ArgumentDefinition,
	CommandDefinition,
} from './command-definition.js';
import {attributeFlags, resolverFlags} from './task-flags.js';

const addressee: ArgumentDefinition = {
	name: 'ADDRESSEE',
	description: 'what receiver and senders call the place of a message',
};

/** What a running process may do with its own task. They are apart from the other commands because a process calls them in loops, and does not wait for all the rest to be read. */
export const jobCommands: readonly CommandDefinition[] = [
	{
		name: 'job attr',
		mode: 'job',
		summary: "get, set or delete attributes of the process's task",
		description:
			'`get` prints a text as it is and any other value as JSON; without a name, all attributes as one JSON object; exit status 1 where there is none of that name. `set` and `delete` return when the change is durable.',
		arguments: [
			{
				name: 'ACTION',
				description: 'get, set or delete',
				options: ['get', 'set', 'delete'],
			},
			{
				name: 'ATTRIBUTE',
				description:
					'get: a name, or nothing; set: `k=text` or `k:=JSON`; delete: names',
				isOptional: true,
				isMultiple: true,
			},
		],
		flags: {},
		examples: [
			{command: 'job attr get scene', description: 'the text alone'},
			{
				command: "job attr set best=final 'score:=0.93'",
				description: 'a text and a number',
			},
			{command: 'job attr delete draft', description: 'take one away'},
		],
	},
	{
		name: 'job spawn',
		mode: 'job',
		summary: "create a child of the process's task, and print its id",
		arguments: [{name: 'NAME', description: "the child's name"}],
		flags: {
			...attributeFlags,
			output: {
				type: 'text',
				value: 'OUTPUT',
				description: 'the output by which it leaves the node (none: spawned)',
			},
			...resolverFlags,
		},
		examples: [
			{
				command: "job spawn tile --attr 'tile:=7' --attr scene=/srv/a.blend",
				description: 'a child with attributes of its own',
			},
		],
	},
	{
		name: 'job progress',
		mode: 'job',
		summary: 'report how far the process is',
		arguments: [
			{name: 'PERCENT', description: 'from 0 to 100'},
			{
				name: 'STATUS',
				description: 'a line for people (empty: none any more)',
				isOptional: true,
			},
		],
		flags: {},
		examples: [
			{
				command: "job progress 37.5 'frame 3 of 8'",
				description: 'shown by viewers and lists',
			},
		],
	},
	{
		name: 'job send',
		mode: 'job',
		summary: 'send a message to another running process of the farm',
		description:
			'Returns when the other process has taken it. Exit status 1 where it does not run, or does not ask for the message in time.',
		arguments: [
			{
				name: 'INVOCATION',
				description:
					'the number of its invocation, which it finds in LIFEBLOOD_RUNTIME_IID',
			},
			addressee,
			{
				name: 'MESSAGE',
				description: 'a text (none: the bytes of standard input)',
				isOptional: true,
			},
		],
		flags: {
			timeout: {
				type: 'number',
				value: 'SECONDS',
				description: 'how long a receiver is waited for (none: 90)',
				minimum: 0,
				maximum: 2_678_400,
			},
		},
		examples: [
			{command: 'job send 12 master ready', description: 'a text'},
			{
				command: 'job send 12 pictures --timeout 600',
				description: 'what comes by standard input, as in `< tile.png`',
			},
		],
	},
	{
		name: 'job receive',
		mode: 'job',
		summary: 'wait for a message, and print its bytes',
		description:
			'With --json: {"from": the number of the invocation that sent it, "data": its bytes in base64}.',
		arguments: [addressee],
		flags: {
			timeout: {
				type: 'number',
				value: 'SECONDS',
				description:
					'give up after this long, with exit status 1 (none: never)',
				minimum: 0,
				maximum: 2_678_400,
			},
		},
		examples: [
			{
				command: 'job receive pictures --timeout 60 > tile.png',
				description: 'at most a minute',
			},
		],
	},
];
