import type {PresetFiles} from '../config/preset-files.js';
import type {SchedulerSettings} from '../scheduler/turn-context.js';

/** Files of presets, with the settings of a scheduler that follow them. */
export const livePresets = (
	files: PresetFiles,
	settings: SchedulerSettings,
): PresetFiles => ({
	async save(preset, options) {
		await files.save(preset, options);
		const {type, name, parameters} = preset;
		change(settings, type, {...settings.presets[type], [name]: parameters});
	},
	async remove({type, name}) {
		await files.remove({type, name});
		const {[name]: _, ...rest} = settings.presets[type] ?? {};
		change(settings, type, rest);
	},
});

const change = (
	settings: SchedulerSettings,
	type: string,
	own: SchedulerSettings['presets'][string],
): void => {
	Object.assign(settings, {presets: {...settings.presets, [type]: own}});
};
