/** @type {import('xo').FlatXoConfig} */
const config = [
	{
		ignores: [
			'dist',
			'*.cjs',
			// Written by `npm run docs`.
			'docs/{commands,configuration,keys,nodes,protocol,python}.md',
		],
	},
	{
		prettier: true,
		rules: {
			'@stylistic/curly-newline': 'off',
			// Prettier takes the parentheses away that this asks for.
			'@stylistic/no-mixed-operators': 'off',
			'@eslint-community/eslint-comments/require-description': [
				'error',
				{ignore: ['eslint-enable']},
			],
			// The wire, the database and graph files speak snake_case, and their names are used as they stand.
			'@typescript-eslint/naming-convention': 'off',
			// `paused`, `archived`, `enabled`: the field's words, without an `is`.
			'unicorn/consistent-boolean-name': 'off',
			// `params` is JSON-RPC's own word, `db` the layer's.
			'unicorn/name-replacements': 'off',
			// A switch over a union is one decision, however many members it has.
			complexity: ['error', {max: 20, variant: 'modified'}],
			// Node 24 has no `Iterator.zip` yet.
			'unicorn/prefer-iterator-zip': 'off',
			// A schema is one nested expression.
			'unicorn/max-nested-calls': 'off',
			// A sentence of documentation stays on its line.
			'unicorn/single-line-block-comment-style': 'off',
			'unicorn/no-break-in-nested-loop': 'off',
		},
	},
	{
		files: ['package.json'],
		rules: {
			// Exact versions: what was tested is what runs.
			'package-json/dependency-version-range': 'off',
			'package-json/no-overrides-in-published-package': 'off',
		},
	},
	{
		files: ['source/nodes/**/*.ts', 'test/nodes-*.ts'],
		// A node type is named for what it does: `set_attrib`.
		rules: {'unicorn/no-non-function-verb-prefix': 'off'},
	},
	{
		files: ['test/**/*.ts'],
		rules: {
			// Of another test runner; test/helpers/ has no tests.
			'node-test/no-import-test-files': 'off',
			// `(await farm.task(id)).state`: what is asserted stands in the assertion.
			'unicorn/no-await-expression-member': 'off',
			// A test makes a text of any value: what is no text fails it, and is seen.
			'@typescript-eslint/no-base-to-string': 'off',
		},
	},
	{
		files: ['source/**/*.{ts,tsx}'],
		rules: {
			'no-restricted-properties': [
				'error',
				{object: 'Date', property: 'now', message: 'Take a Clock.'},
				{
					object: 'process',
					property: 'exit',
					message: 'Only source/modes may end the process.',
				},
				{
					object: 'process',
					property: 'env',
					message: 'Only source/config reads the environment.',
				},
			],
		},
	},
	{
		// SQL and JSON have null, and a statement without parameters takes `[]`.
		files: ['source/db/**/*.ts', 'source/net/messages/**/*.ts'],
		rules: {'@typescript-eslint/no-restricted-types': 'off'},
	},
	{
		files: [
			'source/modes/**/*.{ts,tsx}',
			'source/config/**/*.ts',
			'source/core/clock.ts',
			'source/packed/main.ts',
		],
		rules: {
			'no-restricted-properties': 'off',
			'unicorn/no-process-exit': 'off',
		},
	},
];

export default config;
