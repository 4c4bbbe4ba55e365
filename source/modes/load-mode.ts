import type {ModeName} from './command-definition.js';
import type {Mode} from './context.js';

/** Loads the one mode that is asked for, so that `task list` never waits for what only a scheduler needs. */
export const loadMode = async (name: ModeName): Promise<Mode> => modes[name]();

const modes: Readonly<Record<ModeName, () => Promise<Mode>>> = {
	scheduler: async () => import('./scheduler.js'),
	worker: async () => import('./worker.js'),
	view: async () => import('./view.js'),
	up: async () => import('./up.js'),
	demo: async () => import('./demo.js'),
	submit: async () => import('./submit.js'),
	task: async () => import('./task.js'),
	group: async () => import('./group.js'),
	'worker-sweep': async () => import('./worker-sweep.js'),
	'worker-control': async () => import('./worker-control.js'),
	node: async () => import('./node.js'),
	graph: async () => import('./graph.js'),
	limit: async () => import('./limit.js'),
	job: async () => import('./job.js'),
	resolver: async () => import('./resolver.js'),
	db: async () => import('./db.js'),
	join: async () => import('./join.js'),
	key: async () => import('./key.js'),
	config: async () => import('./config.js'),
	notify: async () => import('./notify.js'),
	doctor: async () => import('./doctor.js'),
	connect: async () => import('./connect.js'),
	completion: async () => import('./completion.js'),
};
