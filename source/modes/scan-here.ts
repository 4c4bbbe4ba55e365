import type {Host} from '../config/host.js';
import {systemClock} from '../core/clock.js';
import {products} from '../worker/software/products.js';
import {scanSoftware, type Scan} from '../worker/software/scan-software.js';
import {definedOnes} from './defined-ones.js';

/** Look for software on this machine. */
export const scanHere = async (
	host: Host,
	signal: AbortSignal = new AbortController().signal,
): Promise<Scan> =>
	scanSoftware({
		products,
		place: {
			system:
				host.platform === 'win32' || host.platform === 'darwin'
					? host.platform
					: 'linux',
			home: host.home,
			environment: definedOnes(host.environment),
		},
		clock: systemClock,
		signal,
	});
