import type {Knex} from 'knex';

/**
The first schema. Columns ending in `_at` are milliseconds since 1970, UTC; `json` columns hold JSON text.

What is kept twice, so that cost follows the live work and not the history, and is re-derived by `db check`: `node_counts`, `groups.counts`, `arrivals`, `splits.dead_count`, `tasks.children_count`, `tasks.active_children_count`, `tasks.effective_priority`, `tasks.queue`.
*/
const schema = `
CREATE TABLE farm (
	key TEXT PRIMARY KEY,
	value TEXT NOT NULL
) WITHOUT ROWID;

CREATE TABLE nodes (
	id INTEGER PRIMARY KEY AUTOINCREMENT,
	name TEXT NOT NULL CHECK (name <> ''),
	type TEXT NOT NULL,
	parameters TEXT NOT NULL DEFAULT '{}' CHECK (json_type(parameters) = 'object'),
	x REAL NOT NULL DEFAULT 0,
	y REAL NOT NULL DEFAULT 0,
	enabled INTEGER NOT NULL DEFAULT 1 CHECK (enabled IN (0, 1)),
	-- A deleted node's row stays: dead tasks and old invocations name it.
	deleted INTEGER NOT NULL DEFAULT 0 CHECK (deleted IN (0, 1)),
	created_at INTEGER NOT NULL
);
CREATE UNIQUE INDEX nodes_by_name ON nodes (name) WHERE deleted = 0;

CREATE TABLE connections (
	id INTEGER PRIMARY KEY AUTOINCREMENT,
	from_node INTEGER NOT NULL REFERENCES nodes (id) ON DELETE CASCADE,
	from_output TEXT NOT NULL,
	to_node INTEGER NOT NULL REFERENCES nodes (id) ON DELETE CASCADE,
	to_input TEXT NOT NULL,
	UNIQUE (from_node, from_output, to_node, to_input)
);
CREATE INDEX connections_by_target ON connections (to_node);

-- Distinct requirements, so that ready tasks queue up behind few heads.
CREATE TABLE requirements (
	id INTEGER PRIMARY KEY AUTOINCREMENT,
	json TEXT NOT NULL UNIQUE
);

-- No foreign keys from here on: they would cost a look-up for every write of the hottest tables; db check looks instead.
CREATE TABLE tasks (
	id INTEGER PRIMARY KEY AUTOINCREMENT,
	name TEXT NOT NULL,
	parent_id INTEGER,
	-- The task without parent and split that this one descends from; itself for such a one.
	root_id INTEGER NOT NULL,
	state TEXT NOT NULL CHECK (state IN (
		'waiting', 'generating', 'waiting_blocked', 'ready', 'invoking', 'in_progress',
		'post_waiting', 'post_generating', 'post_waiting_blocked', 'done', 'spawned', 'splitted', 'error', 'dead'
	)),
	state_details TEXT CHECK (state_details IS NULL OR json_type(state_details) = 'object'),
	paused INTEGER NOT NULL DEFAULT 0 CHECK (paused IN (0, 1)),
	archived INTEGER NOT NULL DEFAULT 0 CHECK (archived IN (0, 1)),
	node_id INTEGER NOT NULL,
	input TEXT NOT NULL DEFAULT 'main',
	output TEXT,
	attributes TEXT NOT NULL DEFAULT '{}',
	environment TEXT,
	split_id INTEGER,
	split_index INTEGER,
	split_level INTEGER NOT NULL DEFAULT 0,
	priority REAL NOT NULL DEFAULT 0,
	-- Highest priority of its unarchived groups + the node's adjustment + its own; the group that gave it.
	effective_priority REAL NOT NULL DEFAULT 0,
	queue_group_id INTEGER NOT NULL DEFAULT 0,
	priority_adjustment REAL NOT NULL DEFAULT 0,
	requirement_id INTEGER,
	invocation_id INTEGER,
	attempts INTEGER NOT NULL DEFAULT 0,
	children_count INTEGER NOT NULL DEFAULT 0,
	active_children_count INTEGER NOT NULL DEFAULT 0,
	-- What the scheduler has to do with it next: 'advance' (process or route it), 'slow' (process it outside of the turn), 'dispatch' (give it to a worker). NULL: nothing, it costs nothing.
	queue TEXT CHECK (queue IN ('advance', 'slow', 'dispatch')),
	created_at INTEGER NOT NULL,
	changed_at INTEGER NOT NULL,
	CHECK ((split_id IS NULL) = (split_index IS NULL)),
	CHECK ((state IN ('invoking', 'in_progress')) = (invocation_id IS NOT NULL)),
	CHECK (state NOT IN ('ready', 'invoking', 'in_progress') OR requirement_id IS NOT NULL),
	CHECK (state NOT IN ('error') OR state_details IS NOT NULL),
	CHECK (queue IS NULL OR (paused = 0 AND archived = 0)),
	CHECK (queue IS NOT 'dispatch' OR state = 'ready'),
	CHECK (active_children_count BETWEEN 0 AND children_count)
);
CREATE INDEX tasks_queue ON tasks (queue, node_id, id) WHERE queue IN ('advance', 'slow');
CREATE INDEX tasks_dispatch ON tasks (requirement_id, effective_priority DESC, queue_group_id, id) WHERE queue = 'dispatch';
CREATE INDEX tasks_in_node ON tasks (node_id, state, id) WHERE state <> 'dead';
CREATE INDEX tasks_in_state ON tasks (state, id) WHERE state NOT IN ('dead', 'done', 'waiting_blocked', 'splitted');
CREATE INDEX tasks_children ON tasks (parent_id, id) WHERE parent_id IS NOT NULL;
CREATE INDEX tasks_split ON tasks (split_id, split_index) WHERE split_id IS NOT NULL;
CREATE INDEX tasks_family ON tasks (root_id, id) WHERE root_id <> id;

-- The process that a task runs or ran last, apart from tasks so that those rows stay small.
CREATE TABLE works (
	task_id INTEGER PRIMARY KEY,
	json TEXT NOT NULL
);

CREATE TABLE splits (
	id INTEGER PRIMARY KEY AUTOINCREMENT,
	origin_id INTEGER NOT NULL,
	count INTEGER NOT NULL CHECK (count > 0),
	dead_count INTEGER NOT NULL DEFAULT 0 CHECK (dead_count BETWEEN 0 AND count),
	sealed INTEGER NOT NULL DEFAULT 0 CHECK (sealed IN (0, 1)),
	created_at INTEGER NOT NULL
);
CREATE INDEX splits_by_origin ON splits (origin_id);

-- How many elements of a split, or children of a task, are blocked at a node.
CREATE TABLE arrivals (
	kind TEXT NOT NULL CHECK (kind IN ('split', 'parent')),
	of_id INTEGER NOT NULL,
	node_id INTEGER NOT NULL,
	count INTEGER NOT NULL CHECK (count > 0),
	PRIMARY KEY (kind, of_id, node_id)
) WITHOUT ROWID;

CREATE TABLE groups (
	id INTEGER PRIMARY KEY AUTOINCREMENT,
	name TEXT NOT NULL UNIQUE CHECK (name <> ''),
	priority REAL NOT NULL DEFAULT 50,
	archived INTEGER NOT NULL DEFAULT 0 CHECK (archived IN (0, 1)),
	creator TEXT NOT NULL DEFAULT '',
	-- {state: count, ..., paused: count} of its tasks.
	counts TEXT NOT NULL DEFAULT '{}',
	created_at INTEGER NOT NULL
);
CREATE INDEX groups_listed ON groups (archived, id);

CREATE TABLE task_groups (
	group_id INTEGER NOT NULL,
	task_id INTEGER NOT NULL,
	PRIMARY KEY (group_id, task_id)
) WITHOUT ROWID;
CREATE INDEX task_groups_by_task ON task_groups (task_id, group_id);

CREATE TABLE workers (
	id INTEGER PRIMARY KEY AUTOINCREMENT,
	name TEXT NOT NULL,
	machine_id TEXT NOT NULL,
	host TEXT NOT NULL,
	address TEXT NOT NULL,
	type TEXT NOT NULL CHECK (type IN ('standard', 'helper')),
	groups TEXT NOT NULL DEFAULT '[]',
	-- Set by a person; over what the worker itself says.
	groups_override TEXT,
	capabilities TEXT NOT NULL DEFAULT '{}',
	resources TEXT NOT NULL,
	version TEXT NOT NULL,
	draining INTEGER NOT NULL DEFAULT 0 CHECK (draining IN (0, 1)),
	-- A forgotten worker's row stays where old invocations name it.
	hidden INTEGER NOT NULL DEFAULT 0 CHECK (hidden IN (0, 1)),
	last_seen_at INTEGER NOT NULL,
	UNIQUE (name, machine_id)
);

CREATE TABLE invocations (
	id INTEGER PRIMARY KEY AUTOINCREMENT,
	task_id INTEGER NOT NULL,
	node_id INTEGER NOT NULL,
	worker_id INTEGER NOT NULL,
	state TEXT NOT NULL CHECK (state IN ('invoking', 'running', 'finished', 'cancelled', 'lost')),
	attempt INTEGER NOT NULL,
	exit_code INTEGER,
	signal TEXT,
	-- Why it ended as it did, where an exit code does not say it: a word, and a sentence.
	reason TEXT,
	message TEXT,
	-- {machine_id, resources, limits, group_id} that are held while it is live, or dying.
	reserved TEXT NOT NULL,
	-- Why it is being ended, once somebody asked for that. 'dead': it was given up, and its process is not known to be gone.
	ending TEXT CHECK (ending IN ('cancelled', 'restart', 'dead')),
	progress REAL,
	status TEXT,
	peak_memory_bytes INTEGER,
	cpu_s REAL,
	log_bytes INTEGER NOT NULL DEFAULT 0,
	created_at INTEGER NOT NULL,
	started_at INTEGER,
	finished_at INTEGER,
	CHECK (state IN ('invoking', 'running') OR finished_at IS NOT NULL),
	CHECK (ending IS NOT 'dead' OR state NOT IN ('invoking', 'running'))
);
CREATE INDEX invocations_of_task ON invocations (task_id, id);
CREATE INDEX invocations_live ON invocations (worker_id) WHERE state IN ('invoking', 'running');
CREATE INDEX invocations_dying ON invocations (worker_id) WHERE ending = 'dead';
-- The fence: one live invocation a task.
CREATE UNIQUE INDEX invocations_one_live ON invocations (task_id) WHERE state IN ('invoking', 'running');

CREATE TABLE limits (
	name TEXT PRIMARY KEY,
	total INTEGER NOT NULL CHECK (total >= 0)
) WITHOUT ROWID;

-- Machines that a task stays away from for a while, because it failed to start or was lost there.
CREATE TABLE avoided (
	task_id INTEGER NOT NULL,
	machine_id TEXT NOT NULL,
	until_at INTEGER NOT NULL,
	PRIMARY KEY (task_id, machine_id)
) WITHOUT ROWID;

-- A task's way: one row for each turn in which it moved, with a JSON list of [state, node id, milliseconds since 1970, detail or null].
-- \`turn\` rises with time; it only orders the rows of one task.
CREATE TABLE visits (
	task_id INTEGER NOT NULL,
	turn INTEGER NOT NULL,
	steps TEXT NOT NULL,
	PRIMARY KEY (task_id, turn)
) WITHOUT ROWID;

CREATE TABLE node_memory (
	node_id INTEGER NOT NULL,
	key TEXT NOT NULL,
	value TEXT NOT NULL,
	PRIMARY KEY (node_id, key)
) WITHOUT ROWID;

CREATE TABLE node_counts (
	node_id INTEGER NOT NULL,
	state TEXT NOT NULL,
	count INTEGER NOT NULL CHECK (count > 0),
	PRIMARY KEY (node_id, state)
) WITHOUT ROWID;

CREATE TABLE journal (
	id INTEGER PRIMARY KEY AUTOINCREMENT,
	at INTEGER NOT NULL,
	client TEXT NOT NULL,
	user TEXT NOT NULL,
	address TEXT NOT NULL,
	method TEXT NOT NULL,
	params TEXT NOT NULL,
	before TEXT
);

CREATE TABLE answers (
	request_id TEXT PRIMARY KEY,
	at INTEGER NOT NULL,
	result TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX answers_by_age ON answers (at);
`;

export const up = async (knex: Knex): Promise<void> => {
	for (const statement of statements(schema)) {
		await knex.raw(statement); // eslint-disable-line no-await-in-loop -- in order
	}
};

const statements = (sql: string): string[] =>
	sql
		.replaceAll(/--.*/gv, '')
		.split(';')
		.map((statement) => statement.trim())
		.filter((statement) => statement !== '');
