import type {Connection} from '../open.js';
import {farmReads} from './farm.js';
import {groupReads} from './groups.js';
import {invocationReads} from './invocations.js';
import {notificationReads} from './notifications.js';
import {placeReads} from './places.js';
import {monitorReads} from './monitor.js';
import {restReads} from './rest.js';
import {taskRuns} from './task-runs.js';
import {taskReads} from './tasks.js';

/** Everything that is ever asked for a listing, on a connection that only reads. */
export const prepareReads = (reader: Connection) => ({
	tasks: taskReads(reader),
	taskRuns: taskRuns(reader),
	groups: groupReads(reader),
	invocations: invocationReads(reader),
	farm: farmReads(reader),
	places: placeReads(reader),
	rest: restReads(reader),
	monitor: monitorReads(reader),
	notifications: notificationReads(reader),
});

export type Reads = ReturnType<typeof prepareReads>;
