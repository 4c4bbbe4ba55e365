import {z} from 'zod';
import {capabilitiesOf} from '../core/capabilities.js';
import type {WorkerRow} from '../db/queries/workers.js';
import type {Offer} from '../graph/match.js';
import {capabilitiesShape, resourcesShape} from '../net/messages/shapes.js';

const names = z.array(z.string());

/** What a worker offers, from its row: groups set by a person go over its own. */
export const offerOf = (row: WorkerRow): Offer => ({
	type: row.type,
	groups: names.parse(JSON.parse(row.groups_override ?? row.groups)),
	capabilities: capabilitiesOf(
		capabilitiesShape.parse(JSON.parse(row.capabilities)),
	),
	resolver: row.resolver,
	total: resourcesShape.parse(JSON.parse(row.resources)),
});
