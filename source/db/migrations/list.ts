import type {Knex} from 'knex';
import * as farm from './001-farm.js';
import * as workerResolver from './002-worker-resolver.js';
import * as notifications from './003-notifications.js';
import * as retention from './004-retention.js';

export type Migration = {
	readonly name: string;
	readonly up: (knex: Knex) => Promise<void>;
};

/** Every migration, oldest first. Only ever added to: a database remembers how many of them it has seen. */
export const migrations: readonly Migration[] = [
	{name: '001-farm', up: farm.up},
	{name: '002-worker-resolver', up: workerResolver.up},
	{name: '003-notifications', up: notifications.up},
	{name: '004-retention', up: retention.up},
];
