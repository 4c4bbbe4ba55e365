import {faultLines} from '../config/fault.js';
import {configFaults, type Component, type LoadInput} from '../config/load.js';
import {viewerFaults} from './viewer-settings.js';

/** All that keeps a component from starting on its configuration, one line each. */
export const componentFaults = async (
	component: Component,
	input: LoadInput,
): Promise<readonly string[]> =>
	component === 'viewer'
		? faultLines(await viewerFaults(input))
		: configFaults(component, input);
