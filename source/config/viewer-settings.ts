import {z} from 'zod';
import {choice, flag, section, setting} from './setting.js';
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
		read_only: setting(flag, {
			default: false,
			flag: 'read-only',
			description: 'Whether to only look, and change nothing.',
		}),
	}),
});

export type ViewerSettings = z.output<typeof viewerSchema>;
