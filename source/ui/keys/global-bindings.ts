import {screenNames, type ScreenName} from '../screen-name.js';
import type {ScreenBinding} from '../screen.js';
import {showLimits} from '../show-limits.js';
import {openCommandLine} from './command-line.js';
import {openHelp} from './open-help.js';

/** The keys that every view has. */
export const globalBindings: ReadonlyArray<ScreenBinding<unknown>> = [
	...screenNames.map((name: ScreenName, index): ScreenBinding<unknown> => ({
		id: `go.${name}`,
		keys: [String(index + 1)],
		label: name,
		help: `to the ${name} view; again: to where it shows all`,
		isQuiet: true,
		run(tools) {
			tools.go(name);
		},
	})),
	{
		id: 'command',
		keys: [':'],
		label: 'command',
		help: 'type a command: a view, or what a key does; tab completes, up recalls',
		run: openCommandLine,
	},
	{
		id: 'help',
		keys: ['?', 'f1'],
		label: 'help',
		help: 'every key that works here',
		run: openHelp,
	},
	{
		id: 'back',
		keys: ['esc', 'left', 'h'],
		label: 'back',
		help: 'to where you came from',
		isQuiet: true,
		disabled: ({state}) =>
			state.trail.length > 1 ? undefined : 'this is the beginning',
		run(tools) {
			tools.back();
		},
	},
	{
		id: 'previous',
		keys: ['-'],
		label: 'last view',
		help: 'to the view before this one, and back',
		isQuiet: true,
		disabled: ({state}) =>
			state.previousTrail === undefined ? 'there was no other view' : undefined,
		run(tools) {
			tools.previous();
		},
	},
	{
		id: 'enlarge',
		keys: ['+'],
		label: 'enlarge',
		help: 'the detail over the whole screen, and back',
		isQuiet: true,
		run(tools) {
			tools.enlarge();
		},
	},
	{
		id: 'copy-command',
		keys: ['Y'],
		label: 'copy command',
		help: 'copy the last change as a command',
		isQuiet: true,
		disabled: ({state}) =>
			state.lastCommand === undefined ? 'nothing was changed yet' : undefined,
		run(tools) {
			const {lastCommand} = tools.state();
			if (lastCommand !== undefined) {
				tools.copy(`lifeblood ${lastCommand}`, 'the command');
			}
		},
	},
	{
		id: 'limits',
		keys: ['ctrl+o'],
		label: 'limits',
		help: 'licences and other tokens of the farm: look, set, delete',
		command: 'limits',
		isQuiet: true,
		run: showLimits,
	},
	{
		id: 'redraw',
		keys: ['ctrl+l'],
		label: 'redraw',
		help: 'draw the whole screen anew',
		isQuiet: true,
		run(tools) {
			tools.redraw();
		},
	},
	{
		id: 'stop',
		keys: ['ctrl+z'],
		label: 'suspend',
		help: 'to the shell; `fg` comes back',
		isQuiet: true,
		run(tools) {
			tools.stop();
		},
	},
	{
		id: 'leave',
		keys: ['q'],
		label: 'quit',
		help: 'leave the viewer; ctrl+c does so from anywhere',
		run(tools) {
			tools.leave();
		},
	},
];
