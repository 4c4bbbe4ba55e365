import type {clientToScheduler} from '../../net/messages/client.js';
import type {ParamsOf, ResultOf} from '../../net/messages/method.js';
import type {SchedulerSettings} from '../turn-context.js';

type Client = typeof clientToScheduler;

/** The presets there are, or those of one node type, by type and name. */
export const listPresets = (
	{
		presets,
		initialPreset,
	}: Pick<SchedulerSettings, 'presets' | 'initialPreset'>,
	{type: wanted}: ParamsOf<Client, 'preset.list'>,
): ResultOf<Client, 'preset.list'> => ({
	presets: Object.entries(presets)
		.filter(([type]) => wanted === undefined || type === wanted)
		.flatMap(([type, own]) =>
			Object.entries(own).map(([name, parameters]) => ({
				type,
				name,
				parameters: {...parameters},
				initial: initialPreset[type] === name,
			})),
		)
		.toSorted((a, b) =>
			a.type === b.type
				? a.name.localeCompare(b.name)
				: a.type.localeCompare(b.type),
		),
});
