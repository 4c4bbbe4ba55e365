import type {TurnLoop} from '../turn-loop.js';
import type {ViewContext} from '../views/view-context.js';

/** The parts of a scheduler that are looked at from outside. */
export type Measured = {
	readonly context: ViewContext;
	readonly loop: Pick<TurnLoop, 'submit' | 'trouble'>;
	readonly connectionCount: () => number;
	/** Bytes of all logs; undefined where that is not known. */
	readonly logBytes: () => number | undefined;
};
