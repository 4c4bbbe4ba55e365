import type {Session} from './tmux.js';

export type Scene = {
	/** Of the picture's file. */
	readonly name: string;
	/** What a reader hears who does not see it. */
	readonly title: string;
	readonly columns: number;
	readonly rows: number;
	/** From the viewer's first screen to what is wanted, painted. */
	readonly show: (session: Session) => Promise<string>;
};

export const scenes: readonly Scene[] = [
	{
		name: 'graph',
		title:
			'The graph of twelve nodes, with the tasks in each of them by their states',
		columns: 120,
		rows: 44,
		async show({press, shows}) {
			await press('2');
			await shows(/gather-frames/v);
			await press(']');
			await shows(/12 nodes +boxes/v);
			await press('j', 'j');
			return shows(/┃ *render-beauty/v);
		},
	},
	{
		name: 'groups',
		title: 'Groups with their progress, and one of them in detail',
		columns: 120,
		rows: 24,
		async show({press, shows}) {
			await press('1');
			await shows(/wedge_foam/v);
			await press('j', 'j');
			return shows(/retake_0210/v);
		},
	},
	{
		name: 'tasks',
		title: 'Tasks that run or are in error, and one of them in detail',
		columns: 132,
		rows: 36,
		async show({press, type, shows}) {
			await press('3');
			await shows(/render-/v);
			await press('/');
			await type('state:error,in_progress');
			await press('Enter');
			await shows(/node0\d/v);
			await press('s');
			await type('state');
			await press('Enter');
			return shows(/Invocations/v);
		},
	},
	{
		name: 'workers',
		title: 'Workers with what they offer and what they run',
		columns: 132,
		rows: 24,
		async show({press, shows}) {
			await press('4');
			return shows(/node06/v);
		},
	},
	{
		name: 'output',
		title: 'The log of a process, followed while it is written',
		columns: 120,
		rows: 28,
		async show({press, type, shows}) {
			await press('3');
			await shows(/render-/v);
			await press('/');
			await type('state:in_progress node:render-beauty');
			await press('Enter');
			// A worker may be seen before the filter is answered, too.
			await shows(/^▌▶[^\n]*in_progress[^\n]*render-b/mv);
			await shows(/worker +node0\d/v);
			await press('L');
			return shows(/following[\s\S]*bucket 1\d/v);
		},
	},
	{
		name: 'pulse',
		title: "The farm's health: throughput, load, queue and errors over time",
		columns: 120,
		rows: 32,
		async show({press, shows}) {
			await press('6');
			await shows(/60 min ago/v);
			await press('t', 't');
			return shows(/10 min ago/v);
		},
	},
];
