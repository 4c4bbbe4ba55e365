import type {CommandDefinition} from './command-definition.js';

/** `lifeblood resolver …` */
export const resolverCommands: readonly CommandDefinition[] = [
	{
		name: 'resolver scan',
		mode: 'resolver',
		summary: 'look for software on this machine',
		description:
			'Looks on PATH and in the usual places for Blender, Houdini, Nuke, Maya, Arnold, Redshift, FFmpeg, ImageMagick and Python, and asks what it finds for its version. Changes nothing.',
		arguments: [],
		flags: {},
		examples: [
			{command: 'resolver scan', description: 'what there is, and where'},
		],
	},
	{
		name: 'resolver generate',
		mode: 'resolver',
		summary: 'write what is found into the file of packages',
		description:
			'Adds to standard_environment_resolver/config.toml what "resolver scan" finds and is not there yet. What is there already stays as it is written, also what was not found. Workers that run take it up at a HUP.',
		arguments: [],
		flags: {
			force: {
				type: 'switch',
				description:
					'write the file anew, with nothing but what is found; the old one is kept beside it as config.toml.old',
			},
		},
		examples: [
			{command: 'resolver generate', description: 'add what is new'},
			{command: 'resolver generate --force', description: 'begin again'},
		],
	},
	{
		name: 'resolver list',
		mode: 'resolver',
		summary: 'the packages that this machine offers',
		arguments: [],
		flags: {},
		examples: [
			{command: 'resolver list', description: 'packages, versions, labels'},
		],
	},
	{
		name: 'resolver test',
		mode: 'resolver',
		summary: 'see the environment that packages make here, or why not',
		description:
			'Does what a worker of this machine does for a task with the environment resolver "standard". Prints the chosen versions and the variables that come out different. Ends with 1 where the packages are not to be had.',
		arguments: [
			{
				name: 'PACKAGE',
				description:
					"a package, and a version range if any: `blender`, `'blender~=3.4'`, `'houdini=20.0'`",
				isMultiple: true,
			},
		],
		flags: {
			user: {
				type: 'text',
				value: 'NAME',
				description: 'who the process takes itself to run for',
			},
		},
		examples: [
			{command: 'resolver test blender', description: 'the highest version'},
			{
				command: "resolver test 'blender~=3.4' 'python>=3.9, <3.12'",
				description: 'several, in ranges',
			},
		],
	},
];
