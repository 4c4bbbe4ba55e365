import Database from 'better-sqlite3';
import {
	noResources,
	type Requirements,
} from '../../source/core/requirements.js';
import {checkDatabase} from '../../source/db/check.js';
import {expectEqual} from '../measure/expect.js';
import {applyPassage} from '../graph.js';
import {startFarm} from './start-farm.js';
import type {BenchFolder} from './bench-folder.js';
import {syncFile} from './copy-synced.js';
import {applyGraph} from './work.js';

/** What no worker has. */
const unmet: Requirements = {
	minimum: {...noResources, cpus: 1},
	preferred: noResources,
	groups: [],
	worker_type: 'standard',
	capabilities: {'not-there': '>=1'},
	limits: {},
};

export type History = {
	/** Dead tasks, each with its way through the graph, in groups of a thousand. */
	readonly dead: number;
	/** Elements of a hundred splits: as many that wait at the gatherer as ready ones that no worker can take. */
	readonly blocked: number;
};

const mostSplits = 100;

/** A database that a farm has used for a long time, written past the scheduler. `dead` and `blocked` are multiples of a thousand. */
export const fillDatabase = async (
	file: string,
	folder: BenchFolder,
	{dead, blocked}: History,
): Promise<void> => {
	{
		await using farm = await startFarm({database: file, folder});
		await applyPassage(farm);
		await applyGraph(farm.client, {
			nodes: {
				run: {type: 'command', parameters: {command: [{arg: 'true'}]}},
				old_cut: {type: 'attribute_splitter', parameters: {chunk_size: 1}},
				old_run: {
					type: 'command',
					parameters: {
						command: [{arg: 'true'}],
						capabilities: 'not-there >=1',
					},
				},
				old_gather: {type: 'split_waiter'},
			},
			connections: [
				'old_cut -> old_run',
				'old_run -> old_gather',
				'old_gather -> enter',
			],
		});
	}

	const connection = new Database(file);
	try {
		// Nobody reads along, and whoever stops it begins anew: all is written once, and not into a WAL first.
		connection.pragma('journal_mode = DELETE');
		connection.pragma('journal_mode = OFF');
		connection.pragma('synchronous = OFF');
		connection.pragma('cache_size = -262144');
		const nodeOf = (name: string): number =>
			Number(
				connection
					.prepare<[string]>('SELECT id FROM nodes WHERE name = ?')
					.pluck()
					.get(name),
			);
		connection.transaction(() => {
			connection
				.prepare<[string]>('INSERT INTO requirements (json) VALUES (?)')
				.run(JSON.stringify(unmet));
			const splits = blocked === 0 ? 0 : mostSplits;
			const elements = blocked === 0 ? 0 : (blocked * 2) / splits;
			connection
				.prepare(
					`CREATE TEMP TABLE wanted AS SELECT ${[
						'dead',
						'splits',
						'elements',
						'end_node',
						'cut_node',
						'run_node',
						'gather_node',
						'at',
					]
						// A number of JavaScript arrives as a REAL.
						.map((name) => `CAST(@${name} AS INTEGER) AS ${name}`)
						.join(', ')}, @work AS work, last_insert_rowid() AS requirement`,
				)
				.run({
					dead,
					splits,
					elements,
					end_node: nodeOf('end'),
					cut_node: nodeOf('old_cut'),
					run_node: nodeOf('old_run'),
					gather_node: nodeOf('old_gather'),
					at: Date.UTC(2026, 0, 2),
					work: JSON.stringify({
						process: {
							arguments: ['true'],
							environment: {},
							files: {},
							cwd: '',
							good_exit_codes: [0],
							retry_exit_codes: [],
							progress_regex: '',
							time_limit_s: 0,
							silence_limit_s: 0,
						},
						requirements: unmet,
						attempts: 0,
						priority_adjustment: 0,
					}),
				});
			connection.exec(history);
		})();
		connection.exec('ANALYZE');
		connection.pragma('journal_mode = WAL');
		expectEqual(
			'what is wrong with the filled database',
			checkDatabase(connection),
			[],
		);
	} finally {
		connection.close();
	}

	await syncFile(file);
};

const numbers = (count: string): string =>
	`WITH RECURSIVE numbers (n) AS (SELECT 1 FROM wanted WHERE ${count} > 0 UNION ALL SELECT n + 1 FROM numbers WHERE n < (SELECT ${count} FROM wanted))`;

/** First the dead, then the tasks that were divided, then their elements: the even ones have arrived, the odd ones are ready. */
const history = `
INSERT INTO groups (name, counts, created_at, finished_at)
	${numbers('dead / 1000')} SELECT 'old ' || n, '{"dead":1000,"total":1000}', at, at FROM numbers, wanted;
INSERT INTO tasks (id, name, root_id, state, node_id, attributes, created_at, changed_at)
	${numbers('dead')} SELECT n, 'old task ' || n, n, 'dead', end_node, '{"frame":' || n || ',"mark":"seen"}', at, at FROM numbers, wanted;
INSERT INTO task_groups (group_id, task_id)
	SELECT groups.id, tasks.id FROM tasks JOIN groups ON groups.name = 'old ' || ((tasks.id - 1) / 1000 + 1) ORDER BY 1, 2;
INSERT INTO visits (task_id, turn, steps)
	SELECT tasks.id, tasks.id, json_array(json_array('waiting', end_node, at, NULL), json_array('dead', end_node, at, NULL)) FROM tasks, wanted;

INSERT INTO groups (name, counts, created_at)
	${numbers('splits')} SELECT 'divided ' || n, json_object('total', elements + 1, 'splitted', 1, 'waiting_blocked', elements / 2, 'ready', elements / 2), at FROM numbers, wanted;
INSERT INTO tasks (id, name, root_id, state, node_id, attributes, created_at, changed_at)
	${numbers('splits')} SELECT dead + n, 'divided task ' || n, dead + n, 'splitted', cut_node, '{}', at, at FROM numbers, wanted;
INSERT INTO splits (id, origin_id, count, created_at)
	${numbers('splits')} SELECT n, dead + n, elements, at FROM numbers, wanted;
INSERT INTO tasks (id, name, root_id, state, state_details, node_id, attributes, split_id, split_index, split_level, effective_priority, queue_group_id, requirement_id, queue, created_at, changed_at)
	${numbers('splits * elements')}
	SELECT dead + splits + n, 'element ' || n, dead + split,
		iif(n % 2 = 0, 'waiting_blocked', 'ready'), iif(n % 2 = 0, '{"reason":"blocked","message":"Waits for the other elements."}', NULL),
		iif(n % 2 = 0, gather_node, run_node), '{"frame":' || n || '}', split, (n - 1) % elements, 1,
		iif(n % 2 = 0, 0, 50), iif(n % 2 = 0, 0, own.id), iif(n % 2 = 0, NULL, requirement), iif(n % 2 = 0, NULL, 'dispatch'), at, at
	FROM (SELECT n, (n - 1) / (SELECT elements FROM wanted) + 1 AS split FROM numbers) AS element, wanted, groups AS own WHERE own.name = 'divided ' || split;
INSERT INTO works (task_id, json) SELECT tasks.id, work FROM tasks, wanted WHERE state = 'ready';
INSERT INTO task_groups (group_id, task_id)
	SELECT groups.id, tasks.id FROM tasks JOIN wanted JOIN groups ON groups.name = 'divided ' || coalesce(split_id, tasks.id - dead) WHERE tasks.id > dead ORDER BY 1, 2;
INSERT INTO visits (task_id, turn, steps)
	SELECT tasks.id, tasks.id, json_array(json_array(state, node_id, at, NULL)) FROM tasks, wanted WHERE tasks.id > dead;
INSERT INTO arrivals (kind, of_id, node_id, count) SELECT 'split', id, gather_node, elements / 2 FROM splits, wanted;
INSERT INTO node_counts (node_id, state, count) SELECT node_id, state, count(*) FROM tasks GROUP BY node_id, state;
DROP TABLE wanted;
`;
