import type {Clock} from '../../core/clock.js';
import type {Reads} from '../../db/reads/prepare-reads.js';
import type {Registry} from '../../nodes/registry.js';
import type {Books} from '../books.js';

/** What a scheduler says of itself. */
export type About = {
	readonly farm: string;
	readonly version: string;
	/** The database's path. */
	readonly database: string;
	readonly database_id: string;
	readonly insecure: boolean;
	/** Milliseconds since 1970. */
	readonly startedAt: number;
	/** `address:port` of each port. */
	readonly listening: readonly string[];
	readonly pid: number;
};

/** What a view looks at. It runs between turns, so that books and database say the same: what was committed last. */
export type ViewContext = {
	readonly reads: Reads;
	/** Asked every time: after a turn that was rolled back they are others. */
	readonly books: () => Books;
	readonly registry: Registry;
	readonly clock: Clock;
	readonly about: () => About;
};
