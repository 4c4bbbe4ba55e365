import type {Json} from '../../core/json.js';
import type {JournalShape} from '../../net/messages/shapes.js';
import {isoTime} from './iso-time.js';
import type {ViewContext} from './view-context.js';

/** A page ends before the message gets too large for the wire. */
const pageBytes = 4 * 1024 * 1024;

/** What people and programs changed, newest first. */
export const listJournal = (
	{reads}: Pick<ViewContext, 'reads'>,
	{limit, before}: {readonly limit: number; readonly before: number},
): {readonly entries: JournalShape[]; readonly more: boolean} => {
	const entries: JournalShape[] = [];
	let bytes = 0;
	for (const row of reads.farm.journal.iterate(
		before === 0 ? Number.MAX_SAFE_INTEGER : before,
		limit + 1,
	)) {
		bytes += row.params.length + (row.before?.length ?? 0) + 512;
		if (entries.length === limit || (bytes > pageBytes && entries.length > 0)) {
			return {entries, more: true};
		}

		const {id, at, client, user, address, method, params, before: was} = row;
		entries.push({
			id,
			at: isoTime(at),
			client,
			user,
			address,
			method,

			params: JSON.parse(params) as Json,
			before: was === null ? null : (JSON.parse(was) as Json),
		});
	}

	return {entries, more: false};
};
