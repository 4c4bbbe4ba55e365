import type {Chronicle} from './chronicle.js';
import type {Client} from './farm/client.js';
import {pause, type TorturedFarm} from './farm/farm.js';
import {groupsPerPart} from './load/submission.js';
import {limitName, parts, tortureGraph} from './load/graph.js';

/** States that a task leaves by itself. */
const moving = [
	'waiting',
	'generating',
	'ready',
	'invoking',
	'in_progress',
	'post_waiting',
	'post_generating',
	'spawned',
] as const;

/** So often errors of the wild part are tried again: some can never go on. */
const mostWildRetries = 3;

/**
Takes everything back that holds tasks up, and lets all that can move go on until nothing does.

@returns what still moves or is in error when the time is over; empty: it rests
*/
export const comeToRest = async (
	{
		farm,
		client,
		chronicle,
		program,
		signal,
	}: {
		readonly farm: TorturedFarm;
		readonly client: Client;
		readonly chronicle: Chronicle;
		readonly program: string;
		readonly signal: AbortSignal;
	},
	patienceMs: number,
): Promise<readonly string[]> => {
	const {faults} = await client.ask('graph.apply', {
		document: tortureGraph(program),
		prune: true,
	});
	for (const {message} of faults) {
		chronicle.violated(`The graph cannot be applied any more: ${message}`);
	}

	await client.ask('node.act', {
		action: 'resume',
		names: Object.keys(tortureGraph(program).nodes),
	});
	await client.ask('limit.set', {name: limitName, total: 10});
	await client.ask('worker.act', {
		action: 'resume',
		workers: farm.workers.map(({name}) => name),
	});
	const {groups} = await client.ask('group.list', {archived: true});
	const known = new Set(groups.map(({name}) => name));
	const names = parts
		.flatMap((part) =>
			Array.from({length: groupsPerPart}, (_, at) => `${part}-group-${at}`),
		)
		.filter((name) => known.has(name));
	await client.ask('group.act', {action: 'unarchive', names});
	await client.ask('task.act', {
		action: 'resume',
		select: {filter: {archived: true}},
	});
	let wildRetries = 0;
	let rests = 0;
	const deadline = performance.now() + patienceMs;
	for (;;) {
		/* eslint-disable no-await-in-loop -- each look depends on time passing */
		signal.throwIfAborted();
		const {tasks} = await client.ask('task.list', {
			filter: {archived: true},
			limit: 10_000,
		});
		const restless = tasks.filter(
			({state, node}) =>
				(moving as readonly string[]).includes(state) ||
				// Of calm ones nothing stays anywhere.
				node.startsWith('calm-'),
		);
		const errors = tasks.filter(({state}) => state === 'error');
		const calmErrors = errors.filter(({node}) => node.startsWith('calm-'));
		if (restless.length === 0 && calmErrors.length === 0) {
			rests++;
			if (errors.length > 0 && wildRetries < mostWildRetries) {
				wildRetries++;
				rests = 0;
			} else if (rests >= 2) {
				return [];
			}
		}

		const again = rests === 0 && restless.length === 0 ? errors : calmErrors;
		if (again.length > 0) {
			await client.ask('task.act', {
				action: 'retry',
				select: {ids: again.map(({id}) => id)},
			});
		}

		if (performance.now() > deadline) {
			return restless.map(
				({id, name, state, node, state_details: details}) =>
					`Task ${id} (${name}) does not come to rest: it is ${state} in ${node}${details === null ? '' : `: ${details.message}`}.`,
			);
		}

		await pause(300);
		/* eslint-enable no-await-in-loop */
	}
};
