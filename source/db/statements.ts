import type {Connection} from './open.js';
import {farmStatements} from './queries/farm.js';
import {gatherStatements} from './queries/gather.js';
import {groupStatements} from './queries/groups.js';
import {invocationStatements} from './queries/invocations.js';
import {nodeStatements} from './queries/nodes.js';
import {notificationStatements} from './queries/notifications.js';
import {removalStatements} from './queries/removal.js';
import {retentionStatements} from './queries/retention.js';
import {splitStatements} from './queries/splits.js';
import {taskStatements} from './queries/tasks.js';
import {workerStatements} from './queries/workers.js';
import {restReads} from './reads/rest.js';

/** Everything that a turn says to the database. */
export const prepareStatements = (connection: Connection) => ({
	tasks: taskStatements(connection),
	groups: groupStatements(connection),
	splits: splitStatements(connection),
	nodes: nodeStatements(connection),
	invocations: invocationStatements(connection),
	workers: workerStatements(connection),
	gather: gatherStatements(connection),
	removal: removalStatements(connection),
	retention: retentionStatements(connection),
	farm: farmStatements(connection),
	notifications: notificationStatements(connection),
	rest: restReads(connection),
});

export type Statements = ReturnType<typeof prepareStatements>;
