import type {CheckPreset} from '../config/node-config.js';
import {didYouMean} from '../core/nearest.js';
import {parseParameters} from '../nodes/parse-parameters.js';
import type {Registry} from '../nodes/registry.js';
import type {Sandbox} from '../sandbox/sandbox.js';

/** Looks at presets as the node types that are there take them. While a plugin is broken, a type that is not there may be one of its own, and is left alone. */
export const presetChecker =
	({
		registry,
		sandbox,
	}: {
		readonly registry: Registry;
		readonly sandbox: Promise<Sandbox>;
	}): CheckPreset =>
	async (type, written) => {
		const all = registry.all();
		const definition = all.find((one) => one.type === type);
		if (definition === undefined) {
			return registry.broken.length > 0
				? []
				: [
						{
							path: [],
							message: `there is no node type "${type}", after which the folder is named${didYouMean(
								type,
								all.map((one) => one.type),
							)}`,
						},
					];
		}

		const {check: checkExpression} = await sandbox;
		const parsed = parseParameters(
			{type, parameters: definition.parameters, checkExpression},
			written,
		);
		return parsed.kind === 'faults' ? parsed.faults : [];
	};
