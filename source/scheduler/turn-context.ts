import type {JsonObject} from '../core/json.js';
import type {Statements} from '../db/statements.js';
import type {Registry} from '../nodes/registry.js';
import type {Sandbox} from '../sandbox/sandbox.js';
import type {Books} from './books.js';
import type {Desk} from './desk.js';
import type {SlowLane} from './slow-lane.js';

export type SchedulerSettings = {
	readonly attempts: number;
	/** Seconds that a lost worker is waited for. */
	readonly workerGraceS: number;
	/** Seconds between TERM and KILL. */
	readonly killGraceS: number;
	/** Seconds that a task stays away from a machine on which it did not start or was lost. */
	readonly avoidS: number;
	/** What every node's expressions see. */
	readonly globals: JsonObject;
	/** By node type. */
	readonly nodeConfig: Readonly<Record<string, JsonObject>>;
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
	/** Look again whether ready tasks can go to workers, as capacity came free that the books do not tell by themselves. */
	readonly recheckWorkers: () => void;
};
