import type {
	InvocationId,
	TaskId,
	WorkerId,
	NodeId,
	GroupId,
} from '../core/ids.js';
import {noResources, type Resources} from '../core/requirements.js';
import type {WorkerRow} from '../db/queries/workers.js';
import {minus, plus, type Offer} from '../graph/match.js';
import type {WorkerLink} from './worker-link.js';

/** A worker that the farm knows, connected or not. */
export type FleetWorker = {
	row: WorkerRow;
	offer: Offer;
	/** Undefined while it is not connected. */
	link: WorkerLink | undefined;
	/** When the connection was lost; undefined while connected, or when nothing is waited for. */
	lostAt: number | undefined;
	/** Why it cannot work, as it says itself. */
	error: string | undefined;
	/** It was told to end: it takes no more, though it is still connected. */
	isStopping: boolean;
	/** It ends after one invocation. */
	once: boolean;
	/** It was given an invocation since it connected. */
	spent: boolean;
	used: Resources;
	readonly invocations: Set<InvocationId>;
};

/** An invocation that is offered or runs. What is here dies with the scheduler and is made anew from the database and the workers' word. */
export type LiveInvocation = {
	readonly id: InvocationId;
	readonly task: TaskId;
	readonly node: NodeId;
	readonly worker: WorkerId;
	readonly machine: string;
	readonly attempt: number;
	readonly reserved: Resources;
	readonly limits: Readonly<Record<string, number>>;
	readonly group: GroupId | 0;
	state: 'invoking' | 'running';
	startedAt: number | undefined;
	progress: number | undefined;
	status: string | undefined;
	peakMemory: number | undefined;
	cpu: number | undefined;
	logBytes: number;
	/** Why it is being ended, once somebody asked for that. */
	ending: 'cancelled' | 'restart' | 'dead' | undefined;
};

export type Fleet = {
	readonly workers: Map<WorkerId, FleetWorker>;
	readonly live: Map<InvocationId, LiveInvocation>;
	readonly limits: Map<string, {total: number; inUse: number}>;
	/** Invocations running for the tasks of each group. */
	readonly running: Map<GroupId, number>;
	/** Tasks with a process that was given up and is not gone yet: they are not dispatched meanwhile. */
	readonly dying: Map<TaskId, InvocationId>;
	/** Until when a task stays away from a machine. */
	readonly avoided: Map<TaskId, Map<string, number>>;
	/** What is used on each machine, and the workers there. */
	readonly machines: Map<
		string,
		{used: Resources; readonly workers: Set<WorkerId>}
	>;
};

export const createFleet = (): Fleet => ({
	workers: new Map(),
	live: new Map(),
	limits: new Map(),
	running: new Map(),
	dying: new Map(),
	avoided: new Map(),
	machines: new Map(),
});

/** Take what an invocation reserves. */
export const hold = (fleet: Fleet, invocation: LiveInvocation): void => {
	fleet.live.set(invocation.id, invocation);
	change(fleet, invocation, plus, 1);
	fleet.workers.get(invocation.worker)?.invocations.add(invocation.id);
};

/** Give it back. */
export const release = (fleet: Fleet, invocation: LiveInvocation): void => {
	fleet.live.delete(invocation.id);
	change(fleet, invocation, minus, -1);
	fleet.workers.get(invocation.worker)?.invocations.delete(invocation.id);
};

/** What is free on a worker: its own rest, and no more than the rest of its machine, which all workers there share. */
export const freeOn = (fleet: Fleet, worker: FleetWorker): Resources => {
	const own = minus(worker.offer.total, worker.used);
	const machine = fleet.machines.get(worker.row.machine_id);
	if (!machine) {
		return own;
	}

	const rest = minus(machineTotal(fleet, worker), machine.used);
	return {
		cpus: Math.min(own.cpus, rest.cpus),
		memory_bytes: Math.min(own.memory_bytes, rest.memory_bytes),
		gpus: Math.min(own.gpus, rest.gpus),
		gpu_memory_bytes: Math.min(own.gpu_memory_bytes, rest.gpu_memory_bytes),
	};
};

/** Cores of these workers together: those that are free, and those that invocations hold. What several workers of one machine share counts once. */
export const coresOf = (
	fleet: Fleet,
	workers: Iterable<FleetWorker>,
): {readonly total: number; readonly free: number; readonly held: number} => {
	const machines = new Map<string, {total: number; free: number}>();
	for (const worker of workers) {
		const {machine_id: id} = worker.row;
		const {total, free} = machines.get(id) ?? {total: 0, free: 0};
		machines.set(id, {
			total: Math.max(total, worker.offer.total.cpus),
			free: Math.max(free, freeOn(fleet, worker).cpus),
		});
	}

	const sums = {total: 0, free: 0};
	for (const {total, free} of machines.values()) {
		sums.total += total;
		sums.free += free;
	}

	return {
		total: rounded(sums.total),
		free: rounded(sums.free),
		held: rounded(sums.total - sums.free),
	};
};

/** Decimals add up to more digits than they have. */
const rounded = (amount: number): number => Math.round(amount * 1e6) / 1e6;

/** Several workers on one machine offer the same cores: the largest offer is what the machine has. */
const machineTotal = (fleet: Fleet, of: FleetWorker): Resources => {
	let {total} = of.offer;
	const companions = fleet.machines.get(of.row.machine_id)?.workers;
	if (!companions || companions.size < 2) {
		return total;
	}

	for (const id of companions) {
		const other = fleet.workers.get(id)?.offer.total ?? noResources;
		total = {
			cpus: Math.max(total.cpus, other.cpus),
			memory_bytes: Math.max(total.memory_bytes, other.memory_bytes),
			gpus: Math.max(total.gpus, other.gpus),
			gpu_memory_bytes: Math.max(
				total.gpu_memory_bytes,
				other.gpu_memory_bytes,
			),
		};
	}

	return total;
};

/** Enter a worker, or what it has become, into the fleet. */
export const enlist = (fleet: Fleet, worker: FleetWorker): void => {
	fleet.workers.set(worker.row.id, worker);
	machineOf(fleet, worker.row.machine_id).workers.add(worker.row.id);
};

export const dismiss = (fleet: Fleet, worker: FleetWorker): void => {
	fleet.workers.delete(worker.row.id);
	machineOf(fleet, worker.row.machine_id).workers.delete(worker.row.id);
};

/** Forget which machines tasks stayed away from until now. */
export const forgetAvoided = ({avoided}: Fleet, now: number): void => {
	for (const [task, machines] of avoided) {
		for (const [machine, until] of machines) {
			if (until <= now) {
				machines.delete(machine);
			}
		}

		if (machines.size === 0) {
			avoided.delete(task);
		}
	}
};

const machineOf = (fleet: Fleet, id: string) => {
	let machine = fleet.machines.get(id);
	if (!machine) {
		machine = {used: noResources, workers: new Set()};
		fleet.machines.set(id, machine);
	}

	return machine;
};

const change = (
	fleet: Fleet,
	invocation: LiveInvocation,
	apply: (a: Resources, b: Resources) => Resources,
	sign: 1 | -1,
): void => {
	const worker = fleet.workers.get(invocation.worker);
	if (worker) {
		worker.used = apply(worker.used, invocation.reserved);
	}

	const machine = machineOf(fleet, invocation.machine);
	machine.used = apply(machine.used, invocation.reserved);
	for (const [name, count] of Object.entries(invocation.limits)) {
		const limit = fleet.limits.get(name);
		if (limit) {
			limit.inUse += sign * count;
		}
	}

	if (invocation.group === 0) {
		return;
	}

	fleet.running.set(
		invocation.group,
		(fleet.running.get(invocation.group) ?? 0) + sign,
	);
	if (fleet.running.get(invocation.group) === 0) {
		fleet.running.delete(invocation.group);
	}
};
