import type {Turn} from './turn-context.js';

/**
A change of the farm, run inside a turn. It touches no socket, file or clock. It refuses by throwing a `FarmError` before it has changed anything.
*/
export type Operation<Value> = (turn: Turn) => Value;

/** Queue an operation for the next turn. The promise is kept once the turn is committed. */
export type Submit = <Value>(operation: Operation<Value>) => Promise<Value>;
