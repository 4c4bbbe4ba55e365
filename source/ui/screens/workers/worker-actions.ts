import type {ScreenBinding} from '../../screen.js';
import type {WorkersSlice} from './workers-slice.js';

/** What can be done with workers. */
export const workerActions: ReadonlyArray<ScreenBinding<WorkersSlice>> = [];
