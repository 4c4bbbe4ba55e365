import type {NodeId, TaskId} from '../core/ids.js';
import type {JsonObject} from '../core/json.js';
import type {NotificationRule} from '../core/notification.js';
import type {Statements} from '../db/statements.js';
import type {Registry} from '../nodes/registry.js';
import type {Sandbox} from '../sandbox/sandbox.js';
import type {Books} from './books.js';
import type {Desk} from './desk.js';

/** Whoever made the scheduler may change what is in it while it runs; so nobody keeps what he read. */
export type SchedulerSettings = {
	readonly attempts: number;
	/** Seconds that a lost worker is waited for. */
	readonly workerGraceS: number;
	/** Seconds between TERM and KILL. */
	readonly killGraceS: number;
	/** Seconds that a task stays away from a machine on which it did not start or was lost. */
	readonly avoidS: number;
	/** How long what is over is kept. 0: for ever, or however much there is. */
	readonly retention: {
		readonly groupsDays: number;
		readonly logsDays: number;
		readonly logsBytes: number;
		readonly journalDays: number;
		readonly journalEntries: number;
	};
	/** What every node's expressions see. */
	readonly globals: JsonObject;
	/** By node type. */
	readonly nodeConfig: Readonly<Record<string, JsonObject>>;
	/** By node type and name: parameters for nodes. */
	readonly presets: Readonly<
		Record<string, Readonly<Record<string, JsonObject>>>
	>;
	/** By node type: the preset that a node made by hand starts with. */
	readonly initialPreset: Readonly<Record<string, string>>;
	readonly notifications: {
		readonly rules: readonly NotificationRule[];
		/** Seconds that a group has to rest before anybody is told that it has finished. */
		readonly settleS: number;
		/** The most news that wait for delivery by one rule. */
		readonly queue: number;
	};
};

/** What operations and the engine's steps work with, inside a turn. */
export type Turn = {
	readonly desk: Desk;
	readonly books: Books;
	readonly statements: Statements;
	readonly registry: Registry;
	readonly sandbox: Sandbox;
	readonly settings: SchedulerSettings;
	readonly slowLane: SlowLane;
	/** Let what was made so far go as far as it can, as long as there is time, and let go of it: for an operation that makes much, and holds no draft meanwhile. */
	readonly moveOn: () => void;
	/** Look again whether ready tasks can go to workers, as capacity came free that the books do not tell by themselves. */
	readonly recheckWorkers: () => void;
};

/**
A change of the farm, run inside a turn. It touches no socket, file or clock. It refuses by throwing a `FarmError` before it has changed anything.
*/
export type Operation<Value> = (turn: Turn) => Value;

/** Queue an operation for the next turn. The promise is kept once the turn is committed. */
export type Submit = <Value>(operation: Operation<Value>) => Promise<Value>;

/** A task that is `generating` outside of turns. */
export type SlowEntry = {
	readonly task: TaskId;
	readonly node: NodeId;
	readonly phase: 'process' | 'postprocess';
};

/** What is under way outside of turns. It dies with the scheduler; its tasks are then processed anew. */
export type SlowLane = {
	readonly entries: Map<TaskId, SlowEntry>;
	/** The node that was served last, so that one node's tasks do not keep another's waiting. */
	lastNode: NodeId | 0;
	readonly submit: Submit;
};
