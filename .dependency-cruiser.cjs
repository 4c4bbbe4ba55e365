const layers = {
	core: [],
	graph: ['core'],
	sandbox: ['core'],
	nodes: ['core', 'graph'],
	config: ['core'],
	net: ['core'],
	db: ['core'],
	scheduler: ['core', 'graph', 'nodes', 'sandbox', 'net', 'db'],
	worker: ['core', 'net'],
	// Tells people; what there is to tell comes from the scheduler by way of the modes.
	notify: ['core'],
	ui: ['core', 'graph', 'net'],
	// Programs that tasks of the demo run: they stand alone, as anybody's would.
	demo: [],
	// The first code of the single executable: every start waits for it.
	packed: [],
};

const layerRules = Object.entries(layers).map(([layer, allowed]) => ({
	name: `${layer}-imports`,
	comment: `source/${layer} may import only: ${[layer, ...allowed].join(', ')}`,
	severity: 'error',
	from: {path: `^source/${layer}/`},
	to: {path: '^source/', pathNot: `^source/(${[layer, ...allowed].join('|')})/`},
}));

module.exports = {
	forbidden: [
		...layerRules,
		{name: 'no-cycles', severity: 'error', from: {}, to: {circular: true}},
		{name: 'knex-only-in-db', severity: 'error', from: {path: '^source/', pathNot: '^source/(db|modes)/'}, to: {path: 'node_modules/(knex|better-sqlite3)/'}},
		{name: 'react-only-in-ui', severity: 'error', from: {path: '^source/', pathNot: '^source/(ui/|modes/view)'}, to: {path: 'node_modules/(react|ink)/'}},
		{name: 'core-is-pure', severity: 'error', from: {path: '^source/(core|graph)/'}, to: {dependencyTypes: ['core']}},
		{name: 'modes-are-lazy', comment: 'cli.ts loads a mode with import(), so `worker` never loads React', severity: 'error', from: {path: '^source/cli'}, to: {path: '^source/modes/', dynamic: false}},
		{name: 'no-missing-files', severity: 'error', from: {}, to: {couldNotResolve: true}},
		{name: 'tests-stay-out', severity: 'error', from: {path: '^source/'}, to: {path: '^test/'}},
	],
	options: {
		doNotFollow: {path: 'node_modules'},
		tsPreCompilationDeps: true,
		tsConfig: {fileName: 'tsconfig.json'},
		enhancedResolveOptions: {exportsFields: ['exports'], conditionNames: ['import', 'require', 'node', 'default', 'types']},
	},
};
