import {FarmError} from '../../core/errors.js';
import type {JsonObject} from '../../core/json.js';
import {didYouMean} from '../../core/nearest.js';
import {parseParameters} from '../../nodes/parse-parameters.js';
import type {Operation, SchedulerSettings} from '../turn-context.js';

type Preset = {
	readonly type: string;
	readonly name: string;
	readonly parameters: JsonObject;
};

/** Where presets are kept. What is saved or removed there is in the scheduler's settings once it is done. */
export type PresetFiles = {
	readonly save: (
		preset: Preset,
		options: {readonly isReplacing: boolean},
	) => Promise<void>;
	readonly remove: (preset: Pick<Preset, 'type' | 'name'>) => Promise<void>;
};

/**
A preset's parameters, which its node type must take.

@throws {FarmError} `NOT_FOUND` where there is no such type; `INVALID`
*/
export const checkedPreset =
	({type, parameters}: Preset): Operation<JsonObject> =>
	({registry, sandbox}) => {
		const all = registry.all();
		const definition = all.find((one) => one.type === type);
		if (definition === undefined) {
			throw new FarmError(
				'NOT_FOUND',
				`There is no node type "${type}"${didYouMean(
					type,
					all.map((one) => one.type),
				)}`,
			);
		}

		const parsed = parseParameters(
			{
				type,
				parameters: definition.parameters,
				checkExpression: sandbox.check,
			},
			parameters,
		);
		if (parsed.kind === 'faults') {
			throw new FarmError(
				'INVALID',
				parsed.faults.map(({message}) => message).join('; '),
			);
		}

		// Also what is the default: a node that takes it may have something else.
		return parameters;
	};

/**
The parameters of a preset.

@throws {FarmError} `NOT_FOUND`
*/
export const existingPreset =
	({type, name}: Pick<Preset, 'type' | 'name'>): Operation<JsonObject> =>
	({settings: {presets}}) => {
		const own = presets[type] ?? {};
		const preset = Object.hasOwn(own, name) ? own[name] : undefined;
		if (preset === undefined) {
			throw new FarmError(
				'NOT_FOUND',
				`There is no preset "${name}" for ${type}${didYouMean(name, Object.keys(own))}`,
			);
		}

		return preset;
	};

/** What a node of this type that is made by hand starts with. */
export const initialParameters = (
	{
		presets,
		initialPreset,
	}: Pick<SchedulerSettings, 'presets' | 'initialPreset'>,
	type: string,
): JsonObject => presets[type]?.[initialPreset[type] ?? ''] ?? {};
