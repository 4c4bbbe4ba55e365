import {z} from 'zod';
import {resolverNames} from '../core/resolver-name.js';
import {logSection} from './scheduler-settings.js';
import {
	choice,
	flag,
	names,
	orWord,
	port,
	seconds,
	section,
	setting,
	size,
	table,
	text,
} from './setting.js';

const amount = {schema: z.number().min(0), must: 'a number, 0 or more'};
const quoted = {schema: z.string(), must: 'text in quotes'};

/** Where the scheduler is; the same for everybody who connects to one. */
export const connectionSettings = {
	scheduler: setting(text, {
		default: '',
		flag: 'scheduler',
		description:
			"The scheduler's HOST:PORT; empty: the one of this machine and user, else the one that announces itself on the network.",
	}),
	insecure: setting(flag, {
		default: false,
		flag: 'insecure',
		description:
			'Whether to connect without a farm key, to a scheduler that runs without one.',
	}),
	broadcast_port: setting(port, {
		default: 34_305,
		description:
			"The UDP port where a scheduler's announcements are listened for.",
	}),
};

export const workerSchema = z.strictObject({
	core: section('The scheduler to work for.', connectionSettings),
	worker: section('Who this worker is.', {
		name: setting(text, {
			default: '',
			flag: 'name',
			description: "The worker's name; empty: the name of this machine.",
		}),
		type: setting(choice(['standard', 'helper']), {
			default: 'standard',
			flag: 'type',
			description:
				'What kind of work it takes: standard, or helper for work that only helps other work.',
		}),
		groups: setting(names, {
			default: [],
			flag: 'groups',
			description: 'Groups that it belongs to; nodes choose workers by them.',
		}),
		scratch: setting(text, {
			default: '',
			isPath: true,
			description:
				"Where each invocation gets a fresh working folder; empty: the system's folder for temporary files.",
		}),
	}),
	resources: section('What this machine offers.', {
		cpus: setting(orWord('auto', amount), {
			default: 'auto',
			flag: 'cpus',
			description: 'Processor cores; "auto": as many as there are.',
		}),
		memory: setting(orWord('auto', size), {
			default: 'auto',
			flag: 'memory',
			description: 'Memory, as in "16G"; "auto": all there is.',
		}),
		gpus: setting(orWord('auto', amount), {
			default: 'auto',
			flag: 'gpus',
			description:
				'Graphics processors; "auto": as many as nvidia-smi or rocm-smi tell.',
		}),
		gpu_memory: setting(orWord('auto', size), {
			default: 'auto',
			flag: 'gpu-memory',
			description:
				'Memory of all graphics processors together, as in "24G"; "auto": as nvidia-smi or rocm-smi tell.',
		}),
	}),
	capabilities: setting(
		table({
			schema: z.union([
				z.string().min(1).max(256),
				z.array(z.string().min(1).max(256)).min(1),
			]),
			must: 'a version in quotes, or a list of versions',
		}),
		{
			default: {},
			example: 'gpu-driver = "550.54.0"',
			description:
				'What else this machine has, with its version or a list of them; nodes can ask for it.',
		},
	),
	grace: section('How long things are waited for.', {
		lost_s: setting(orWord('scheduler', seconds(0.1)), {
			default: 'scheduler',
			description:
				'Seconds without a scheduler after which the worker ends its processes; "scheduler": what the scheduler says.',
		}),
		kill_s: setting(orWord('scheduler', seconds(0)), {
			default: 'scheduler',
			description:
				'Seconds between asking a process to end and ending it; "scheduler": what the scheduler says.',
		}),
	}),
	invocation: section('How processes are run here.', {
		log_limit: setting(size, {
			default: '64M',
			description:
				"The most that is kept of one invocation's log: its head and its tail.",
		}),
		memory_limit: setting(choice(['auto', 'always', 'never']), {
			default: 'auto',
			description:
				'Whether an invocation is held to the memory that its node reserves: "auto": where the system can hold it, by control groups; else going over is only noted in its log; "always": one that goes over is ended everywhere; "never": not at all.',
		}),
		control_groups: setting(choice(['auto', 'always', 'never']), {
			default: 'auto',
			description:
				'Whether an invocation gets a control group (version 2) of its own, from which nothing gets away, where the system lets the worker have them: "auto": if it can be started in one, or has a memory limit to be held; "always": also if entering it takes some milliseconds; "never": not at all.',
		}),
		path_attributes: setting(names, {
			default: ['file', '*_path'],
			description:
				'Attributes, as glob patterns over their names, in which path_mapping is done too. What a process sets them to is mapped back.',
		}),
	}),
	resolver: section(
		"How a process's environment is made where its task names no resolver.",
		{
			name: setting(choice(resolverNames), {
				default: 'trivial',
				description:
					'The environment resolver: trivial takes its arguments for variables, standard chooses packages from standard_environment_resolver/config.toml, rez asks rez.',
			}),
			arguments: setting(
				table({
					schema: z.json(),
					must: 'text, a number, true or false, a list, or a table of these',
				}),
				{
					default: {},
					example: 'SOMETHING = "a value"',
					description: 'Its arguments.',
				},
			),
		},
	),
	path_mapping: setting(table(quoted), {
		default: {},
		example: '"/mnt/projects" = "P:/projects"',
		description:
			'Beginnings of paths in tasks, and what they are on this machine.',
	}),
	log: logSection,
});

export type WorkerSettings = z.output<typeof workerSchema>;
