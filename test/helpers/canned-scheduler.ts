import {systemClock} from '../../source/core/clock.js';
import {FarmError} from '../../source/core/errors.js';
import {taskId} from '../../source/core/ids.js';
import {formatAddress} from '../../source/net/address.js';
import type {Connection} from '../../source/net/greet.js';
import {createListener} from '../../source/net/listener.js';
import type {PeerLimits} from '../../source/net/peer.js';
import type {SchedulerCall} from '../../source/net/scheduler-methods.js';

type Answers = {
	readonly [Name in SchedulerCall['name']]?: (
		params: Extract<SchedulerCall, {name: Name}>['params'],
		connection: Connection,
	) =>
		| Parameters<Extract<SchedulerCall, {name: Name}>['reply']>[0]
		| Promise<Parameters<Extract<SchedulerCall, {name: Name}>['reply']>[0]>;
};

/** The real listener with the real method table, without a key; what it answers is what a test says, which may throw a `FarmError`. */
export const startCannedScheduler = async (
	answers: Answers,
	limits: Partial<PeerLimits> = {},
) => {
	const calls: Array<{readonly name: string; readonly params: unknown}> = [];
	const connections = new Set<Connection>();
	const listener = createListener({
		ports: [{host: '127.0.0.1', port: 0}],
		keys: undefined,
		identity: () => ({farm: 'canned', databaseId: 'canned', version: '0.0.0'}),
		accept(connection) {
			connections.add(connection);
			void connection.peer.closed.then(() => connections.delete(connection));
			return {
				onRequest(call) {
					calls.push({name: call.name, params: call.params});
					void answer(answers, call, connection);
				},
				onNotice: () => undefined,
			};
		},
		clock: systemClock,
		peerLimits: limits,
	});
	await listener.start(new AbortController().signal);
	return {
		address: formatAddress(listener.addresses()[0]!),
		/** What was asked, in order, pings left out. */
		calls,
		connections,
		stop: listener.stop,
	};
};

const answer = async (
	answers: Answers,
	call: SchedulerCall,
	connection: Connection,
): Promise<void> => {
	try {
		const respond = answers[call.name] as
			((params: unknown, connection: Connection) => unknown) | undefined;
		if (respond === undefined) {
			throw new FarmError(
				'INVALID',
				`The test has no answer for ${call.name}.`,
			);
		}

		(call.reply as (result: unknown) => void)(
			await respond(call.params, connection),
		);
	} catch (error) {
		call.refuse(
			error instanceof FarmError
				? error
				: new FarmError('INTERNAL', String(error)),
		);
	}
};

/** A task as the wire has it. */
export const cannedTask = (id: number, more: Record<string, unknown> = {}) => ({
	id: taskId(id),
	name: `task${id}`,
	state: 'ready' as const,
	paused: false,
	node: 'render',
	node_id: 1 as never,
	input: 'main',
	output: null,
	parent_id: null,
	children_count: 0,
	active_children_count: 0,
	split: null,
	groups: ['shot010'],
	priority: 0,
	attributes: {},
	environment: null,
	attempts: 0,
	progress: null,
	state_details: null,
	invocation_id: null,
	worker: null,
	archived: false,
	created_at: '2026-01-01T00:00:00.000Z',
	changed_at: '2026-01-01T00:00:00.000Z',
	...more,
});

/** An invocation as the wire has it. */
export const cannedNode = {
	id: 1 as never,
	name: 'render',
	type: 'command',
	parameters: {cpus: 2},
	inputs: ['main'],
	outputs: ['main', 'spawned'],
	enabled: true,
	x: 0,
	y: 0,
	counts: {ready: 3, error: 1, dead: 9},
};

export const cannedInvocation = (id: number, task: number) => ({
	id,
	task_id: task,
	node: 'render',
	worker: 'w',
	worker_id: 1,
	state: 'running' as const,
	attempt: 1,
	exit_code: null,
	signal: null,
	reason: null,
	message: null,
	started_at: null,
	finished_at: null,
	runtime_s: null,
	progress: null,
	status: null,
	peak_memory_bytes: null,
	cpu_s: null,
	log_bytes: 0,
});
