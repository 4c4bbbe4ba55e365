import type {ScreenBinding} from '../../screen.js';
import type {GroupsSlice} from './groups-slice.js';

/** What can be done with groups. */
export const groupActions: ReadonlyArray<ScreenBinding<GroupsSlice>> = [];
