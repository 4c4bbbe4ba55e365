import type {GraphDocument} from '../../source/net/messages/client.js';

const expression = (text: string) => ({arg: {expr: text}});

const renders = (
	layer: string,
	more: Readonly<Record<string, string | number>> = {},
) => ({
	type: 'command',
	parameters: {
		command: [
			{arg: 'render'},
			{arg: '--layer'},
			{arg: layer},
			{arg: '--shot'},
			expression('attr.shot'),
			{arg: '--frame'},
			expression('attr.frames[0]'),
		],
		cpus: 4,
		memory_gb: 8,
		progress_regex: String.raw`bucket +(\d+)/(\d+)`,
		worker_groups: 'render',
		attempts: 1,
		...more,
	},
});

const worksOn = (program: string, groups: string) => ({
	type: 'command',
	parameters: {
		command: [{arg: program}, {arg: '--shot'}, expression('attr.shot')],
		cpus: 4,
		memory_gb: 4,
		worker_groups: groups,
	},
});

/** What a production does with a shot: its frames in three layers, gathered, put together and shown. */
export const stageGraph: GraphDocument = {
	nodes: {
		'split-frames': {
			type: 'attribute_splitter',
			parameters: {attribute: 'frames', chunk_size: 1},
		},
		'by-layer': {
			type: 'switch',
			parameters: {
				outputs: 3,
				output: {expr: 'attr.frames[0] % 3'},
			},
		},
		'render-beauty': renders('beauty'),
		'render-smoke': renders('smoke', {cpus: 2}),
		'render-matte': renders('matte', {cpus: 2}),
		'check-frames': worksOn('check', ''),
		'gather-frames': {
			type: 'split_waiter',
			parameters: {
				promote: [{attribute: 'frames', mode: 'extend', sort_by: ''}],
			},
		},
		composite: worksOn('composite', 'comp'),
		'encode-preview': worksOn('encode', 'comp'),
		'contact-sheet': worksOn('sheet', 'comp'),
		publish: worksOn('publish', 'comp'),
		archive: {type: 'split_waiter', parameters: {}},
	},
	connections: [
		'split-frames -> by-layer',
		'by-layer.output0 -> render-beauty',
		'by-layer.output1 -> render-smoke',
		'by-layer.output2 -> render-matte',
		'render-beauty -> gather-frames',
		'render-smoke -> gather-frames',
		'render-matte -> gather-frames',
		'render-matte.spawned -> check-frames',
		'gather-frames -> composite',
		'composite -> encode-preview',
		'composite -> contact-sheet',
		'composite -> publish',
		'encode-preview -> archive',
		'contact-sheet -> archive',
		'publish -> archive',
		'check-frames -> archive',
	],
};
