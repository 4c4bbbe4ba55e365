import type {ScreenBinding} from '../../screen.js';
import type {TasksSlice} from './tasks-slice.js';

/** What can be done with tasks. */
export const taskActions: ReadonlyArray<ScreenBinding<TasksSlice>> = [];
