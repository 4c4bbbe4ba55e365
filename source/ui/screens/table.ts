import type {Screens} from '../reduce.js';
import {graphScreen} from './graph/graph-screen.js';
import {groupsScreen} from './groups/groups-screen.js';
import {logScreen} from './log/log-screen.js';
import {outputScreen} from './output/output-screen.js';
import {picturesScreen} from './pictures/pictures-screen.js';
import {pulseScreen} from './pulse/pulse-screen.js';
import {tasksScreen} from './tasks/tasks-screen.js';
import {workersScreen} from './workers/workers-screen.js';

/** Every view. */
export const screens: Screens = {
	groups: groupsScreen,
	graph: graphScreen,
	tasks: tasksScreen,
	workers: workersScreen,
	log: logScreen,
	pulse: pulseScreen,
	output: outputScreen,
	pictures: picturesScreen,
};
