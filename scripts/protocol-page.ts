import {z} from 'zod';
import {
	clientToScheduler,
	schedulerNotices,
} from '../source/net/messages/client.js';
import {jobToWorker} from '../source/net/messages/job.js';
import type {Access, Methods} from '../source/net/messages/method.js';
import {
	schedulerToWorker,
	workerNotices,
	workerToScheduler,
} from '../source/net/messages/worker.js';
import {
	connectionShape,
	environmentShape,
	groupShape,
	invocationShape,
	journalShape,
	limitShape,
	nodeShape,
	resourcesShape,
	taskFilterShape,
	taskSelectionShape,
	taskShape,
	workerShape,
} from '../source/net/messages/shapes.js';
import {shapeText, type NamedShapes} from './shape-text.js';

/** Docs/protocol.md: how the two sides talk, and every method with its schemas. */
export const protocolPage = (): string =>
	[
		introduction,
		'## Shapes that appear in many places',
		...Object.entries(shapes).map(([name, schema]) => shapeBlock(name, schema)),
		'## What a scheduler answers viewers and clients',
		...methodSections(clientToScheduler, 'anyone'),
		'## What a scheduler tells viewers and clients',
		...noticeSections(schedulerNotices),
		'## What a scheduler answers workers',
		...methodSections(workerToScheduler, 'worker'),
		'## What a worker tells its scheduler',
		...noticeSections(workerNotices),
		'## What a worker answers its scheduler',
		...methodSections(schedulerToWorker, 'anyone'),
		jobIntroduction,
		...methodSections(jobToWorker, 'anyone'),
	].join('\n\n');

const shapes: Readonly<Record<string, z.ZodType>> = {
	Task: taskShape,
	Invocation: invocationShape,
	Group: groupShape,
	Worker: workerShape,
	Node: nodeShape,
	Connection: connectionShape,
	Limit: limitShape,
	JournalEntry: journalShape,
	Environment: environmentShape,
	Resources: resourcesShape,
	TaskFilter: taskFilterShape,
	TaskSelection: taskSelectionShape,
};

/** All but `without`, which is spelled out where it is explained itself. */
const namedShapes = (without?: string): NamedShapes => {
	const names: NamedShapes = z.registry<{id: string}>();
	for (const [id, schema] of Object.entries(shapes)) {
		if (id !== without) {
			names.add(schema, {id});
		}
	}

	return names;
};

const introduction = `# The protocol

What scheduler, workers, viewers and commands say to each other. The method reference below is made from the schemas that both sides check messages against (\`source/net/messages/\`).

- **Lines.** Every message is one line of JSON in UTF-8 that ends with \`\\n\`, over TCP. A line over 8 MiB is answered with an error, and the connection is closed.
- **JSON-RPC 2.0.** Requests have \`id\`, \`method\` and \`params\`; answers have \`result\`, or \`error\` with \`code\`, \`message\` and \`data\`; notices have no \`id\` and no answer. There are no batches.
- **The farm key.** The connection is TLS with a pre-shared key, which is the farm's. A peer without it never gets past the handshake.
- **Hello first.** The first message is \`hello\`. It names the role and the version of the protocol; another major version is refused, with a message that says which side to update.
- **Errors.** What is not JSON gets −32700, what is not JSON-RPC −32600, and both close the connection. An unknown method gets −32601, and \`params\` that do not fit −32602 with the field's name; the connection lives on. Other failures carry one of the program's own error words in \`data.code\`.
- **Liveness.** Each side pings after 5 s of silence, and closes the connection after 20 s without any answer.
- **An answer means committed.** What changes something is answered after the change is durable.
- **Asking again.** A request with a \`request_id\` that is sent again within an hour gets the first answer, and changes nothing a second time.

In the shapes, \`?\` marks what may be left out, \`= value\` what then holds, \`1…100\` the limits of a number, and \`{[name]: shape}\` an object with any names.`;

const jobIntroduction = `## What a worker answers the processes that it runs

The same lines of JSON-RPC, over plain TCP on loopback, at the address in \`LIFEBLOOD_RUNTIME_SCHEDULER_ADDR\`. There is no \`hello\` and there are no pings. Every request carries the \`token\` from \`LIFEBLOOD_RUNTIME_TOKEN\`, which says whose it is and ends with its invocation; a wrong one is refused, and the connection is closed. A line may have 64 KiB until a right token was seen, and 8 MiB from then on, so a long first line has its \`token\` within its first 4096 bytes; a connection that shows none within 10 s is closed, and an invocation may have 64 at a time.

Requests may be sent one after the other without waiting; answers come as they are ready, in any order. While the worker has no connection to its scheduler, requests wait for it. A client that sends all it has to say and then closes its direction is answered still, but nothing is handed over to one that waits for a message: it must stay. With 16 MiB of requests unanswered on a connection nothing more is read from it, so wait for messages on a connection of their own where large ones are sent.

What is asked again over a new connection, as after the worker was started anew, should carry the same \`request_id\`. An error has one of the program's own words in \`data.code\`: \`REFUSED\` for a token that is not valid (any more), \`CONFLICT\` for an invocation that was given up or is being ended, \`INVALID\` for what cannot be done as it was asked for.`;

const methodSections = (methods: Methods, usual: Access): string[] =>
	Object.entries(methods).map(([name, {description, access, params, result}]) =>
		[
			`### \`${name}\``,
			access === usual ? description : `${description} ${accessWords[access]}`,
			shapeBlock('params', params),
			shapeBlock('result', result),
		].join('\n\n'),
	);

const accessWords: Readonly<Record<Access, string>> = {
	anyone: 'Answered before `hello` too.',
	view: 'The view-only key is enough.',
	change: 'Needs the full key.',
	worker: 'Only for workers.',
};

const noticeSections = (
	notices: Readonly<Record<string, z.ZodType>>,
): string[] =>
	Object.entries(notices).map(
		([name, schema]) => `### \`${name}\`\n\n${shapeBlock('params', schema)}`,
	);

const shapeBlock = (title: string, schema: z.ZodType): string =>
	`\`\`\`ts\n${title}: ${shapeText(schema, namedShapes(title))}\n\`\`\``;
