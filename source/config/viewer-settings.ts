import {z} from 'zod';
import {colourNames} from '../core/colour-names.js';
import {choice, flag, names, section, setting, table} from './setting.js';
import {connectionSettings} from './worker-settings.js';

/** For the viewer and for every command that asks a scheduler something. */
export const viewerSchema = z.strictObject({
	core: section(
		'The scheduler to look at; for every command that asks one, too.',
		connectionSettings,
	),
	viewer: section('How the farm is shown.', {
		theme: setting(choice(['auto', 'dark', 'light', 'mono']), {
			default: 'auto',
			description: 'Colours: auto, dark, light or mono.',
		}),
		ascii: setting(flag, {
			default: false,
			description: 'Whether to draw with plain ASCII characters only.',
		}),
		colour: setting(choice(['none', ...colourNames]), {
			default: 'none',
			description:
				"The colour of the farm's name, so that one farm is not taken for another.",
		}),
		read_only: setting(flag, {
			default: false,
			flag: 'read-only',
			description: 'Whether to only look, and change nothing.',
		}),
		mouse: setting(flag, {
			default: true,
			description:
				'Whether the viewer takes the mouse; the terminal selects text with Shift then.',
		}),
		pictures: setting(
			choice(['auto', 'kitty', 'iterm', 'sixel', 'blocks', 'off']),
			{
				default: 'auto',
				description:
					'How the terminal is given pictures: by the protocol of kitty, iTerm2 or sixel, as half-blocks, or not at all; auto asks it, and takes half-blocks inside tmux and screen.',
			},
		),
		keys: setting(table(names), {
			default: {},
			description:
				'Other keys for what the viewer does, by the names of docs/keys.md.',
			example: '"task.retry" = ["r", "f5"]',
		}),
		columns: setting(table(names), {
			default: {},
			description:
				'Which columns a list shows, and in which order, by the names of docs/keys.md.',
			example: 'tasks = ["glyph", "id", "name", "worker"]',
		}),
	}),
});

export type ViewerSettings = z.output<typeof viewerSchema>;
