import type {Json} from '../core/json.js';

const expression = (expr: string): {readonly arg: Json} => ({arg: {expr}});

/**
The demo's graph, in the form of a graph file. What it runs, and where, stands in the attributes of the task that is sent through it:

- `frames`: the numbers of the frames; `frame_count`, `width`, `height`
- `interpreter`, `renderer`, `sheet_maker`: programs
- `folder`, `sheet`: where the pictures go
*/
export const demoGraph = {
	nodes: {
		'demo-frames': {
			type: 'attribute_splitter',
			parameters: {attribute: 'frames', chunk_size: 1},
			position: [0, 0] as [number, number],
		},
		'demo-render': {
			type: 'command',
			parameters: {
				command: [
					expression('attr.interpreter'),
					expression('attr.renderer'),
					{arg: '--frames'},
					expression("attr.frames.join(',')"),
					{arg: '--of'},
					expression('attr.frame_count'),
					{arg: '--width'},
					expression('attr.width'),
					{arg: '--height'},
					expression('attr.height'),
					{arg: '--folder'},
					expression('attr.folder'),
				],
				memory_gb: 0.2,
			},
			position: [0, 1] as [number, number],
		},
		'demo-gather': {
			type: 'split_waiter',
			parameters: {
				promote: [{attribute: 'frames', mode: 'extend', sort_by: ''}],
			},
			position: [0, 2] as [number, number],
		},
		'demo-sheet': {
			type: 'command',
			parameters: {
				command: [
					expression('attr.interpreter'),
					expression('attr.sheet_maker'),
					{arg: '--frames'},
					expression("attr.frames.join(',')"),
					{arg: '--folder'},
					expression('attr.folder'),
					{arg: '--sheet'},
					expression('attr.sheet'),
				],
				memory_gb: 0.2,
			},
			position: [0, 3] as [number, number],
		},
		'demo-end': {
			type: 'killer',
			parameters: {},
			position: [0, 4] as [number, number],
		},
	},
	connections: [
		'demo-frames -> demo-render',
		'demo-render -> demo-gather',
		'demo-gather -> demo-sheet',
		'demo-sheet -> demo-end',
	],
};
